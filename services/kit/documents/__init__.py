"""Official documents as people print and file them: PDF, DOCX and XLSX, the same bytes every time."""
