"""Whose certificates are believed, of mail servers and receivers of webhooks alike."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The public authorities, and those of this machine or SSL_CERT_FILE: a county's systems have its own."""
    context = httpx.create_ssl_context(trust_env=False)
    context.set_default_verify_paths()
    return context
