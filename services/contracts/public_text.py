"""Text that may leave a service."""

from typing import NewType

PublicText = NewType("PublicText", str)
"""Text without personal data of the masked formats; only `services.kit.masking.mask` makes one."""
