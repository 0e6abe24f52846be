"""Certificates for peers of a test's mall, made with openssl from the mall's own authority."""
import subprocess
import typing


class Certificate(typing.NamedTuple):
    cert: str
    key: str


def issue(data, name, folder, kind="bot"):
    """A client certificate that names spiffe://mallbots.local/KIND/NAME, signed by the authority in a mall's data directory."""
    tls, base = data / "tls", folder / name
    extensions = base.with_suffix(".ext")
    extensions.write_text(
        f"subjectAltName=URI:spiffe://mallbots.local/{kind}/{name}\nextendedKeyUsage=clientAuth\n"
        "keyUsage=digitalSignature\nbasicConstraints=critical,CA:FALSE\n")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)

    key, request, cert = (base.with_suffix(suffix) for suffix in (".key", ".csr", ".pem"))
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    openssl("req", "-new", "-key", key, "-subj", f"/O=MallBots/CN={name}", "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", tls / "ca.pem", "-CAkey", tls / "ca.key", "-days", 2, "-extfile", extensions, "-out", cert)
    return Certificate(str(cert), str(key))
