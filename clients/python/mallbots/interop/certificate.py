"""The names in a certificate, which the standard library does not tell for one's own."""
from __future__ import annotations

import ssl
from typing import Iterator, List, Tuple

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
# RFC 5280: the tag of the extensions in a TBSCertificate, the name of one of them (2.5.29.17), and the tag of a URI in it.
_EXTENSIONS, _ALTERNATIVE_NAMES, _URI = 0xA3, b"\x55\x1d\x11", 0x86


def uri_names(pem: str) -> List[str]:
    """The URIs in the first certificate of a PEM text. Raises ValueError when there is none, or it is broken."""
    at = pem.find(_BEGIN)
    if at < 0:
        raise ValueError("no certificate in it")
    try:
        return _uris(ssl.PEM_cert_to_DER_cert(pem[at:pem.index(_END, at) + len(_END)]))
    except (ValueError, IndexError):
        raise ValueError("its certificate is broken") from None


def _uris(der: bytes) -> List[str]:
    ((_, certificate),) = _elements(der)
    (_, body), *_ = _elements(certificate)
    for tag, wrapped in _elements(body):
        if tag == _EXTENSIONS:
            ((_, extensions),) = _elements(wrapped)
            for _, extension in _elements(extensions):
                (_, name), *_, (_, value) = _elements(extension)
                if name == _ALTERNATIVE_NAMES:
                    ((_, names),) = _elements(value)
                    return [text.decode("ascii") for tag, text in _elements(names) if tag == _URI]
    return []


def _elements(data: bytes) -> Iterator[Tuple[int, bytes]]:
    """The tag and content of each DER element."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            digits = length & 0x7F
            length, at = int.from_bytes(data[at:at + digits], "big"), at + digits
        if length > len(data) - at:
            raise ValueError("cut off")
        yield tag, data[at:at + length]
        at += length
