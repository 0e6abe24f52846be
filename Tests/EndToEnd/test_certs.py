"""The mall's authority on the command line: issuing, revoking, listing, and what a running mall and openssl make of it."""
import json
import os
import re
import signal
import ssl
import stat
import subprocess
import time
import unittest

import wire
from mall import MallTestCase, run, wait_until

NOBODY = 65534


def openssl(*arguments):
    """What openssl says; an error is an answer too."""
    answer = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    return answer.stdout + answer.stderr


def expired_authority(key, folder):
    """A certificate like that of `certs init`, for the same key, that ended years ago."""
    (folder / "index.txt").write_text("")
    (folder / "ca.conf").write_text(
        f"[ca]\ndefault_ca=made\n[made]\ndatabase={folder}/index.txt\nrand_serial=yes\nnew_certs_dir={folder}\ndefault_md=sha256\n"
        "policy=any\nx509_extensions=authority\n[any]\norganizationName=supplied\ncommonName=supplied\n[authority]\n"
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        "subjectAltName=URI:spiffe://mallbots.local\n")
    request, certificate = folder / "ca.csr", folder / "expired.pem"
    openssl("req", "-new", "-key", key, "-subj", "/O=MallBots/CN=Authority of mallbots.local", "-out", request)
    said = openssl(
        "ca", "-batch", "-notext", "-config", folder / "ca.conf", "-selfsign", "-keyfile", key, "-in", request,
        "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-out", certificate)
    assert certificate.exists(), said
    return certificate


class CertsTestCase(MallTestCase):
    @property
    def tls(self):
        return self.data / "tls"

    def certs(self, *arguments, **options):
        return self.tool("certs", *arguments, **options)

    def done(self, *arguments, **options):
        """What a command printed that must succeed."""
        answer = self.certs(*arguments, **options)
        self.assertEqual(answer.returncode, 0, answer)
        return answer.stdout

    def json(self, *arguments):
        return [json.loads(line) for line in self.done(*arguments, "--json").splitlines()]

    def refused(self, answer, *words, status=1):
        self.assertEqual(answer.returncode, status, answer)
        for word in words:
            self.assertIn(str(word), answer.stderr)
        self.assertNotIn("Fatal error", answer.stderr)
        self.assertEqual(answer.stdout, "", answer)

    def mode(self, path):
        return stat.S_IMODE(os.stat(path).st_mode)


class Init(CertsTestCase):
    def test_an_authority_is_made_once(self):
        text = self.done("init", "--trust-domain", "corner.example", "--days", 100)
        for words in ["corner.example", str(self.tls / "ca.pem"), "mallbots certs issue", "mallbots serve"]:
            self.assertIn(words, text)
        self.assertEqual({path.name: self.mode(path) for path in self.tls.iterdir()}, {"ca.pem": 0o644, "ca.key": 0o600, "crl.pem": 0o644})
        self.assertEqual([self.mode(self.data), self.mode(self.tls)], [0o700, 0o700])
        said = openssl("x509", "-in", self.tls / "ca.pem", "-noout", "-text")
        for words in ["CA:TRUE, pathlen:0", "URI:spiffe://corner.example", "Certificate Sign, CRL Sign", "prime256v1"]:
            self.assertIn(words, said)
        self.assertIn("verify OK", openssl("crl", "-in", self.tls / "crl.pem", "-noout", "-CAfile", self.tls / "ca.pem"))
        before = (self.tls / "ca.pem").read_bytes()
        self.refused(self.certs("init"), self.tls / "ca.pem", "nothing was changed")
        self.assertEqual((self.tls / "ca.pem").read_bytes(), before)

    def test_what_was_made_as_json(self):
        [made] = self.json("init")
        self.assertEqual(made["trust_domain"], "mallbots.local")
        self.assertEqual([made["certificate"], made["key"]], [str(self.tls / "ca.pem"), str(self.tls / "ca.key")])
        self.assertIn(made["serial"].upper(), openssl("x509", "-in", made["certificate"], "-noout", "-serial"))

    def test_bad_values(self):
        for arguments in [("--trust-domain", "Corner Mall"), ("--trust-domain", ""), ("--days", 0), ("--days", 99_999)]:
            self.refused(self.certs("init", *arguments), arguments[0], status=64)
        self.assertFalse(self.data.exists())
        self.data.write_text("a file")
        self.refused(self.certs("init"), self.data, "not a folder")

    def test_a_lost_certificate_is_made_again_for_the_same_key(self):
        self.done("init")
        self.done("issue", "bot", "b-7")
        (self.tls / "ca.pem").unlink()
        self.refused(self.certs("init", "--trust-domain", "other.example"), "was its trust domain another?")
        self.assertIn("the key that was there", self.done("init"))
        self.assertIn("OK", openssl("verify", "-CAfile", self.tls / "ca.pem", self.tls / "bots" / "b-7.pem"))
        (self.tls / "ca.pem").unlink()
        (self.tls / "ca.key").unlink()
        self.refused(self.certs("init"), "bring them back, or move")

    def test_a_lost_revocation_list_is_made_again_only_when_asked_to(self):
        self.done("init")
        self.refused(self.certs("init", "--new-list"), "nothing was changed")
        (self.tls / "crl.pem").unlink()
        for arguments in [("issue", "bot", "b-7"), ("list",), ("show",)]:
            self.refused(self.certs(*arguments), self.tls / "crl.pem", "mallbots certs init --new-list")
        self.assertIn("revoke again", self.done("init", "--new-list"))
        self.done("issue", "bot", "b-7")


class Issue(CertsTestCase):
    def setUp(self):
        super().setUp()
        self.done("init")

    def check(self, certificate, key, uri):
        """What openssl makes of it."""
        self.assertIn("OK", openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", self.tls / "ca.pem", certificate))
        said = openssl("x509", "-in", certificate, "-noout", "-text")
        for words in [f"URI:{uri}", "CA:FALSE", "TLS Web Client Authentication", "Digital Signature"]:
            self.assertIn(words, said)
        self.assertEqual(openssl("x509", "-in", certificate, "-noout", "-pubkey"), openssl("pkey", "-in", key, "-pubout"))
        self.assertEqual([self.mode(certificate), self.mode(key)], [0o644, 0o600])

    def test_a_robot_has_its_certificate(self):
        text = self.done("issue", "bot", "b-7", "--days", 30)
        files = self.tls / "bots" / "b-7.pem", self.tls / "bots" / "b-7.key"
        for words in ["spiffe://mallbots.local/bot/b-7", *map(str, files), str(self.tls / "ca.pem")]:
            self.assertIn(words, text)
        self.check(*files, "spiffe://mallbots.local/bot/b-7")
        [row] = self.json("list")
        self.assertEqual([row["identity"], row["state"]], ["bot/b-7", "valid"])
        self.assertIn(row["serial"], text)
        end = time.strptime(row["valid_until"], "%Y-%m-%dT%H:%M:%SZ")
        self.assertIn(time.strftime("notAfter=%b %e %H:%M:%S %Y GMT", end), openssl("x509", "-in", files[0], "-noout", "-enddate"))

    def test_several_at_once_to_take_along(self):
        out = self.folder / "robots"
        rows = self.json("issue", "bot", "b-1", "b-2", "service", "relay", "--out", out)
        self.assertEqual([row["uri"].split("local/")[1] for row in rows], ["bot/b-1", "bot/b-2", "service/relay"])
        for row in rows:
            self.check(row["certificate"], row["key"], row["uri"])
        self.assertEqual(sorted(path.name for path in out.iterdir()), ["b-1.key", "b-1.pem", "b-2.key", "b-2.pem", "ca.pem", "relay.key", "relay.pem"])
        self.assertEqual((out / "ca.pem").read_bytes(), (self.tls / "ca.pem").read_bytes())
        self.assertFalse((self.tls / "bots").exists(), "a key was kept")
        self.assertEqual(len(self.json("list", "--valid")), 3)
        table = self.done("issue", "bot", "b-3", "b-4").splitlines()
        self.assertEqual(len(table), 3)

    def test_a_key_that_its_robot_made(self):
        key, request, out = self.folder / "own.key", self.folder / "own.csr", self.folder / "out"
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-subj", "/CN=x", "-out", request)
        key.chmod(0o600)
        [row] = self.json("issue", "bot", "b-7", "--csr", request, "--out", out)
        self.assertNotIn("key", row)
        self.assertFalse((out / "b-7.key").exists())
        self.check(out / "b-7.pem", key, "spiffe://mallbots.local/bot/b-7")
        self.refused(self.certs("issue", "bot", "b-8", "--csr", key, "--out", out), key, "not a certificate request")
        self.refused(self.certs("issue", "bot", "b-8", "b-9", "--csr", request, "--out", out), "--csr", status=64)
        self.refused(self.certs("issue", "bot", "b-8", "--csr", request), "--out", status=64)

    def test_a_second_certificate_has_to_be_asked_for(self):
        self.done("issue", "bot", "b-7")
        before = (self.tls / "bots" / "b-7.pem").read_bytes()
        self.refused(self.certs("issue", "bot", "b-6", "b-7"), "bot/b-7", "--renew")
        self.refused(self.certs("issue", "bot", "b-7", "--out", self.folder / "out"), "bot/b-7", "--renew")
        self.assertFalse((self.folder / "out").exists())
        self.assertEqual((self.tls / "bots" / "b-7.pem").read_bytes(), before)
        self.assertEqual(len(self.json("list")), 1, "all or none")
        self.done("issue", "bot", "b-7", "--renew")
        self.assertNotEqual((self.tls / "bots" / "b-7.pem").read_bytes(), before)
        self.assertEqual([row["state"] for row in self.json("list")], ["replaced", "valid"])
        self.assertEqual(len(self.json("list", "--valid")), 2)

    def test_files_in_the_way(self):
        out = self.folder / "out"
        out.mkdir()
        (out / "b-7.key").write_text("mine")
        self.refused(self.certs("issue", "bot", "b-7", "--out", out), out / "b-7.key", "--renew")
        self.assertEqual((out / "b-7.key").read_text(), "mine")
        self.refused(self.certs("issue", "bot", "x", "service", "x", "--out", out), "bot/x and service/x")
        (out / "ca.pem").write_text("another mall's")
        self.refused(self.certs("issue", "bot", "b-8", "--out", out), out / "ca.pem", "not a copy")
        self.refused(self.certs("issue", "bot", "b-8", "--out", self.folder / "no" / "where"), "no/where", "No such file")
        self.assertEqual(self.json("list"), [])
        self.assertFalse((self.folder / "no").exists())
        self.done("issue", "bot", "b-7", "--out", out, "--renew")
        self.check(out / "b-7.pem", out / "b-7.key", "spiffe://mallbots.local/bot/b-7")
        self.assertEqual((out / "ca.pem").read_bytes(), (self.tls / "ca.pem").read_bytes())

    def test_bad_identities_and_impossible_values(self):
        for who in [("bot", "../x"), ("bot", "a b"), ("bot", ".."), ("bot", ""), ("bot", "x" * 129), ("bot",), ("b-7",), ("1f2e3d4c",), (), ("robot/b-7",)]:
            self.refused(self.certs("issue", *who), "Error: ", status=64)
        for more in [("--days", 0), ("--days", -5), ("--host", "x"), ("--reload",), ("--out", "")]:
            self.refused(self.certs("issue", "bot", "b-7", *more), more[0], status=64)
        self.refused(self.certs("issue", "server", "--out", self.folder), "--out", status=64)
        self.refused(self.certs("issue", "bot", "b-7", "--days", 3651), "the authority's own last day", "at most 36")
        self.refused(self.certs("issue", "server", "--host", "mall example"), "not a host name")
        self.assertEqual(self.json("list"), [])

    def test_who_asks_at_the_same_time_gets_one(self):
        processes = [
            self.start(f"issue-{number}", "certs", "issue", "bot", "b-7", f"b-{number}0", "--data", self.data) for number in range(1, 7)]
        results = [process.popen.wait(60) for process in processes]
        self.assertEqual(sorted(results), [0, 1, 1, 1, 1, 1])
        self.assertEqual(len(self.json("list")), 2)
        self.check(self.tls / "bots" / "b-7.pem", self.tls / "bots" / "b-7.key", "spiffe://mallbots.local/bot/b-7")

    def test_the_servers_certificate_keeps_its_hosts(self):
        self.done("issue", "server", "--host", "mall.example", "--host", "192.0.2.7")
        self.refused(self.certs("issue", "server", "--host", "b.example"), "--renew")
        self.done("issue", "server", "--host", "b.example", "--renew")
        said = openssl("x509", "-in", self.tls / "server.pem", "-noout", "-ext", "subjectAltName")
        for name in ["DNS:localhost", "DNS:mall.example", "DNS:b.example", "IP Address:127.0.0.1", "IP Address:192.0.2.7"]:
            self.assertIn(name, said)
        self.assertEqual(said.count("DNS:"), 3)


class Revoke(CertsTestCase):
    def setUp(self):
        super().setUp()
        self.done("init")
        self.serials = {row["identity"]: row["serial"] for row in self.json("issue", "bot", "b-1", "b-2", "b-3", "service", "relay")}

    def verdict(self, file):
        return openssl("verify", "-crl_check", "-CRLfile", self.tls / "crl.pem", "-CAfile", self.tls / "ca.pem", file)

    def test_openssl_agrees(self):
        [row] = self.json("revoke", "bot", "b-1", "--reason", "key-compromise")
        self.assertEqual([row["serial"], row["identity"], row["reason"]], [self.serials["bot/b-1"], "bot/b-1", "key-compromise"])
        self.assertIn("certificate revoked", self.verdict(self.tls / "bots" / "b-1.pem"))
        self.assertIn("OK", self.verdict(self.tls / "bots" / "b-2.pem"))
        said = openssl("crl", "-in", self.tls / "crl.pem", "-noout", "-text", "-CAfile", self.tls / "ca.pem")
        for words in ["verify OK", self.serials["bot/b-1"].upper(), "Key Compromise"]:
            self.assertIn(words, said)
        self.assertRegex(said, r"X509v3 CRL Number:\s+2\b")
        self.assertEqual(self.mode(self.tls / "crl.pem"), 0o644)
        self.assertEqual([row["identity"] for row in self.json("list", "--revoked")], ["bot/b-1"])
        self.assertEqual(len(self.json("list", "--valid")), 3)
        self.assertIn("revoked 20", self.done("list"))

    def test_by_serial_number_and_by_file(self):
        serial = self.serials["bot/b-1"].upper()
        self.done("revoke", ":".join(re.findall("..", serial)))
        self.done("revoke", self.serials["bot/b-2"][:12])
        copy = self.folder / "somewhere.pem"
        copy.write_bytes((self.tls / "bots" / "b-3.pem").read_bytes())
        self.done("revoke", copy, "--reason", "superseded")
        for name in ["b-1", "b-2", "b-3"]:
            self.assertIn("certificate revoked", self.verdict(self.tls / "bots" / f"{name}.pem"))
        self.assertEqual([row["state"] for row in self.json("list")], ["revoked"] * 3 + ["valid"])

    def test_a_certificate_that_the_account_does_not_know(self):
        (self.tls / "issued.txt").unlink()
        stray = self.folder / "stray.pem"
        (self.tls / "bots" / "b-1.pem").rename(stray)
        self.refused(self.certs("revoke", self.serials["bot/b-1"]), "no certificate with the serial number", "certs list")
        self.done("revoke", stray)
        self.assertIn("certificate revoked", self.verdict(stray))
        [row] = self.json("list", "--revoked")
        self.assertNotIn("identity", row)
        self.assertIn("?", self.done("list", "--revoked"))

    def test_all_of_a_robots_certificates_and_no_other_without_a_word(self):
        self.done("issue", "bot", "b-1", "--renew")
        self.assertEqual(len(self.json("revoke", "bot", "b-1")), 2)
        self.refused(self.certs("issue", "bot", "b-1"), "was revoked on", "--force")
        self.refused(self.certs("issue", "bot", "b-1", "--renew"), "--force")
        self.done("issue", "bot", "b-1", "--force")
        self.assertEqual([row["state"] for row in self.json("list") if row["identity"] == "bot/b-1"], ["revoked", "revoked", "valid"])
        self.assertIn("OK", self.verdict(self.tls / "bots" / "b-1.pem"))

    def test_what_cannot_be_revoked(self):
        self.done("revoke", "bot", "b-1", "--reason", "superseded")
        list_before = (self.tls / "crl.pem").read_bytes()
        for who, words in [
            (("bot", "b-1"), "already"), ((self.serials["bot/b-1"],), "already"), (("bot", "none"), "bot/none has no certificate"),
            (("bot", "b-2", "none"), "bot/none"), (("12345678",), "no certificate with the serial number 12345678"),
            (("abc",), "first 8 digits"), ((self.folder / "none.pem",), "does not exist"), ((self.tls / "ca.pem",), "was not issued by"),
        ]:
            self.refused(self.certs("revoke", *who), words)
        self.refused(self.certs("revoke", "bot", "b-2", "--reason", "bad luck"), "key-compromise", status=64)
        self.refused(self.certs("revoke"), "who", status=64)
        self.assertEqual((self.tls / "crl.pem").read_bytes(), list_before, "nothing of it was done")

    def test_the_malls_own_certificates(self):
        self.done("issue", "server", "service", "tools")
        answer = self.certs("revoke", "server", "service", "tools")
        self.assertEqual(answer.returncode, 0, answer)
        for words in ["certs issue server --force", "certs issue service tools --force", "No server was found"]:
            self.assertIn(words, answer.stderr)


class Show(CertsTestCase):
    def setUp(self):
        super().setUp()
        self.done("init")
        self.done("issue", "bot", "b-7")
        self.file = self.tls / "bots" / "b-7.pem"

    def test_openssl_agrees(self):
        [shown] = self.json("show", "bot", "b-7")
        said = openssl("x509", "-in", self.file, "-noout", "-serial", "-subject", "-issuer", "-fingerprint", "-sha256")
        for words in [shown["serial"].upper(), f"subject={shown['subject']}", f"issuer={shown['issuer']}", shown["sha256"]]:
            self.assertIn(words, said)
        self.assertEqual(shown["names"], ["URI:spiffe://mallbots.local/bot/b-7"])
        self.assertEqual(shown["file"], str(self.file))
        for way in [(shown["serial"],), (shown["serial"][:8],), ("bot/b-7",), (self.file,)]:
            self.assertEqual(self.json("show", *way), [shown], way)
        text = self.done("show", "bot/b-7")
        for words in ["bot/b-7", shown["serial"], shown["sha256"], shown["key"], "clientAuth", "valid"]:
            self.assertIn(words, text)
        self.assertNotIn("\x1b", text)

    def test_certificates_that_are_not_at_hand(self):
        self.done("issue", "bot", "b-8", "--out", self.folder / "out")
        self.done("issue", "bot", "b-7", "--renew")
        self.assertIn("taken elsewhere", self.done("show", "bot", "b-8"))
        self.assertIn("earlier certificates of bot/b-7", self.done("show", "bot", "b-7"))
        old = next(row["serial"] for row in self.json("list") if row["state"] == "replaced")
        self.assertNotIn("file", self.json("show", old)[0])

    def test_the_authority(self):
        self.done("revoke", "bot", "b-7")
        [shown] = self.json("show")
        self.assertEqual([shown["issued"], shown["good"]], [1, 0])
        [authority] = shown["authorities"]
        self.assertEqual([authority["list_number"], authority["revoked"]], [2, 1])
        text = self.done("show")
        for words in ["Authority of mallbots.local", authority["sha256"], "revokes 1"]:
            self.assertIn(words, text)
        self.assertIn("an authority", self.done("show", self.tls / "ca.pem"))

    def test_a_file_without_a_mall(self):
        answer = run("certs", "show", self.file, "--data", self.folder / "elsewhere")
        self.assertEqual(answer.returncode, 0, answer)
        self.assertIn("unknown: not signed by an authority of the mall", answer.stdout)

    def test_what_cannot_be_shown(self):
        self.refused(self.certs("show", "bot", "none"), "bot/none has no certificate")
        self.refused(self.certs("show", "ffffffff"), "ffffffff")
        self.refused(self.certs("show", self.file.with_suffix(".key")), "b-7.key: no certificate in PEM form")
        self.refused(self.certs("show", self.folder), self.folder, "cannot be read")


class List(CertsTestCase):
    def test_filters(self):
        self.done("init")
        self.assertEqual(self.done("list"), "no certificates\n")
        self.done("issue", "bot", "soon", "--days", 10)
        self.done("issue", "bot", "late")
        self.assertEqual([row["identity"] for row in self.json("list", "--expiring", 30)], ["bot/soon"])
        self.assertEqual(self.json("list", "--expiring", 5), [])
        self.assertEqual(len(self.json("list", "--expiring", 400)), 2)
        self.assertEqual(self.done("list", "--revoked"), "no such certificates\n")
        self.refused(self.certs("list", "--revoked", "--valid"), "only one of", status=64)
        self.refused(self.certs("list", "--expiring", "soon"), "--expiring", status=64)
        # The command alone lists.
        self.assertEqual(self.done(), self.done("list"))


class Trouble(CertsTestCase):
    EVERY = [("list",), ("show",), ("show", "bot", "b-7"), ("issue", "bot", "b-7"), ("revoke", "bot", "b-7")]
    CHANGES = EVERY[3:]

    def made(self):
        self.done("init")
        self.done("issue", "bot", "b-7")

    def test_no_authority(self):
        for arguments in self.EVERY:
            self.refused(self.certs(*arguments), "there is no authority in", f"mallbots certs init --data {self.data}")
        self.assertFalse(self.data.exists())

    def test_a_key_that_others_can_read(self):
        self.made()
        (self.tls / "ca.key").chmod(0o644)
        for arguments in [("issue", "bot", "b-8"), ("revoke", "bot", "b-7")]:
            self.refused(self.certs(*arguments), f"{self.tls}/ca.key is open to others (mode 644); run: chmod 600 {self.tls}/ca.key")
        self.assertEqual(len(self.json("list", "--valid")), 1, "to look, nobody needs it")

    def test_without_the_authoritys_key(self):
        self.made()
        key = (self.tls / "ca.key").read_bytes()
        (self.tls / "ca.key").unlink()
        for arguments in self.CHANGES:
            self.refused(self.certs(*arguments), f"{self.tls}/ca.key does not exist", "where it is kept")
        self.done("list")
        self.done("show")
        (self.tls / "ca.key").write_bytes(key[:-40])
        (self.tls / "ca.key").chmod(0o600)
        self.refused(self.certs("revoke", "bot", "b-7"), f"{self.tls}/ca.key: not a private key in PEM form")

    def test_another_authoritys_key(self):
        self.made()
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.tls / "ca.key")
        self.refused(self.certs("revoke", "bot", "b-7"), "does not belong to the certificate")

    def test_an_authority_past_its_last_day_and_its_renewal(self):
        self.made()
        file = self.tls / "ca.pem"
        file.write_bytes(expired_authority(self.tls / "ca.key", self.folder).read_bytes())
        for arguments in self.CHANGES:
            self.refused(self.certs(*arguments), f"{file}: expired on", "mallbots certs init", "docs/certificates.md")
        self.done("list")
        self.assertIn("(over)", self.done("show"))
        # As the message says.
        file.rename(self.folder / "old.pem")
        self.done("init")
        self.done("issue", "bot", "b-8")
        for name in ["b-7", "b-8"]:
            self.assertIn("OK", openssl("verify", "-CAfile", file, self.tls / "bots" / f"{name}.pem"))

    def test_damaged_files_are_named(self):
        self.made()
        for name, words in [
            ("ca.pem", "no certificate in PEM form"), ("crl.pem", "no revocation list in PEM form: bring back a copy")]:
            whole = (self.tls / name).read_bytes()
            (self.tls / name).write_bytes(b"damaged")
            for arguments in self.EVERY:
                self.refused(self.certs(*arguments), f"{self.tls}/{name}: {words}")
            (self.tls / name).write_bytes(whole)

    def test_an_account_with_lines_that_cannot_be_read(self):
        self.made()
        with open(self.tls / "issued.txt", "a") as account:
            account.write("4f2a bot/b-8 17")
        self.done("issue", "bot", "b-9")
        for arguments in [("list",), ("show",), ("issue", "bot", "b-10"), ("revoke", "bot", "b-7")]:
            answer = self.certs(*arguments)
            self.assertEqual(answer.returncode, 0, answer)
            self.assertIn(f"{self.tls}/issued.txt: line 2 cannot be read", answer.stderr)
        self.assertEqual([row["identity"] for row in self.json("list")], ["bot/b-7", "bot/b-9", "bot/b-10"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to be someone else")
    def test_another_users_folder(self):
        self.made()
        self.folder.chmod(0o755)
        self.data.chmod(0o755)
        someone = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for arguments in self.EVERY:
            self.refused(self.certs(*arguments, **someone), f"{self.tls} is closed to nobody", "sudo -u root")
        self.data.chmod(0o700)
        for arguments in self.EVERY:
            self.refused(self.certs(*arguments, **someone), self.data, "nobody", "sudo -u root")
        # The other way round: what root makes, the mall's user could not read.
        self.data.chmod(0o755)
        os.chown(self.tls, NOBODY, NOBODY)
        for arguments in self.CHANGES:
            self.refused(self.certs(*arguments), f"{self.tls} belongs to nobody", "sudo -u nobody")
        self.done("list")


class RunningMall(CertsTestCase):
    """With a server and robots that are at work."""

    def rows(self, fleet):
        return [json.loads(line) for line in fleet.stdout.read_text().splitlines() if line.endswith("}") and '"bot"' in line]

    def last(self, fleet, robot):
        return next((row for row in reversed(self.rows(fleet)) if row["bot"] == robot), {})

    def connected(self, fleet, *robots):
        return wait_until("the robots to connect", lambda: all(self.last(fleet, robot).get("connected") for robot in robots))

    def connections(self):
        """The robots' ends of connections with the server, as ports of this machine."""
        server = int(self.addresses["bots"].rsplit(":", 1)[1])
        ports = set()
        with open("/proc/net/tcp") as table:
            for line in list(table)[1:]:
                fields = line.split()
                near, far = (int(field.rsplit(":", 1)[1], 16) for field in fields[1:3])
                if far == server and fields[3] == "01":
                    ports.add(near)
        return ports

    def peer(self, certificate, key):
        host, port = self.addresses["bots"].rsplit(":", 1)
        return wire.Peer((host, int(port)), wire.context(self.tls, (str(certificate), str(key))))

    def robot(self, prefix):
        """One more robot, PREFIX-1, in a process of its own."""
        return self.start(
            prefix, "bots", "--count", 1, "--prefix", prefix, "--server", self.addresses["bots"], "--data", self.data, "--json",
            "--log-level", "debug")

    def test_a_revoked_robot_goes_and_all_others_stay(self):
        server = self.serve("--log-level", "info")
        names = [f"bot-{number}" for number in range(1, 6)]
        fleet, stolen = self.bots(len(names), speed=6), self.robot("stolen")
        self.connected(fleet, *names)
        self.connected(stolen, "stolen-1")
        before = self.connections()
        self.assertEqual(len(before), len(names) + 1)
        orders = [self.place(items=2) for _ in range(6)]
        wait_until("robots to be at work", lambda: self.events("--type", "ItemPicked"))
        self.assertTrue(any(self.order(order["order_id"])["state"] != "ready" for order in orders), "nothing was going on")

        # Without --reload nothing happens, but it is said what would.
        answer = self.certs("revoke", "bot", "stolen-1", "--reason", "key-compromise")
        self.assertEqual(answer.returncode, 0, answer)
        self.assertIn(f"kill -HUP {server.popen.pid}", answer.stderr)
        self.assertEqual(self.connections(), before)
        began = time.monotonic()
        server.popen.send_signal(signal.SIGHUP)
        wait_until("the revoked robot to be told why", lambda: "revoked" in (self.last(stolen, "stolen-1").get("trouble") or ""), 5)
        wait_until("its connection to end", lambda: len(self.connections()) == len(names), 5)
        self.assertLess(time.monotonic() - began, 5)
        wait_until("the log", lambda: re.search(r"tls.reloaded.*", server.stderr.read_text()), 5)
        self.assertIn("connections.ended=1", server.stderr.read_text())

        # It comes back, and is refused in the handshake; so is whoever else has the key.
        stolen.stop()
        again = self.robot("stolen")
        wait_until("it to be refused twice", lambda: again.stderr.read_text().count("refused our certificate as revoked") > 1, 20)
        self.assertFalse(any(row["connected"] for row in self.rows(again)))
        thief = self.peer(self.tls / "bots" / "stolen-1.pem", self.tls / "bots" / "stolen-1.key")
        self.addCleanup(thief.close)
        with self.assertRaises(ssl.SSLError) as failure:
            thief.socket.recv(1)
        self.assertIn("REVOKED", str(failure.exception).upper())

        # The others have the very connections that they had, and do the work: all but what the stolen one has with it.
        gone = {event["event"]["taskAssigned"]["listId"] for event in self.events("--type", "TaskAssigned", "--bot", "stolen-1")}
        others = [order["order_id"] for order in orders if order["order_id"] not in gone]
        self.assertTrue(others, "there was nothing for the others to do")
        for order in others:
            self.wait_for_state(order, "ready")
        after = self.connections()
        self.assertEqual(len(after), len(names))
        self.assertLess(after, before)
        for name in names:
            self.assertEqual(len(self.events("--type", "SessionOpened", "--bot", name)), 1, name)
            seen = [row["connected"] for row in self.rows(fleet) if row["bot"] == name]
            self.assertNotIn(False, seen[seen.index(True):], name)

        # A certificate that is issued now is taken, without a reload.
        [new] = self.json("issue", "bot", "new-1")
        self.connected(self.robot("new"), "new-1")
        self.assertEqual(self.json("show", "bot", "new-1")[0]["serial"], new["serial"], "another was made")
        # And the robot that was revoked, when a person says so.
        out = self.folder / "again"
        self.done("issue", "bot", "stolen-1", "--force", "--out", out)
        peer = self.peer(out / "stolen-1.pem", out / "stolen-1.key")
        self.assertEqual(peer.call(1), 0)
        peer.close()
        self.assertEqual(after - self.connections(), set())

    def test_revoking_tells_the_server_when_asked_to(self):
        server = self.serve()
        fleet = self.bots(3)
        self.connected(fleet, "bot-1", "bot-2", "bot-3")
        answer = self.certs("revoke", "bot/bot-1", "bot/bot-2", "--reload")
        self.assertEqual(answer.returncode, 0, answer)
        self.assertIn(f"process {server.popen.pid}, was told", answer.stderr)
        wait_until("two robots to be dropped", lambda: not any(self.last(fleet, name)["connected"] for name in ["bot-1", "bot-2"]), 5)
        self.assertTrue(self.last(fleet, "bot-3")["connected"])
        self.assertIn(f"process {server.popen.pid}", self.done("show"))
        self.assertEqual(server.stop(), 0)
        self.assertIn("none seen", self.done("show"))
        answer = self.certs("revoke", "bot", "bot-3", "--reload")
        self.assertEqual(answer.returncode, 0, answer)
        self.assertIn("No server was found", answer.stderr)

    def test_the_servers_certificate_is_replaced_and_nobody_dropped(self):
        server = self.serve()
        fleet = self.bots(4)
        names = [f"bot-{number}" for number in range(1, 5)]
        self.connected(fleet, *names)
        before = self.connections()

        def shown():
            text = openssl(
                "s_client", "-connect", self.addresses["bots"], "-alpn", "mallbots/1", "-CAfile", self.tls / "ca.pem",
                "-cert", self.tls / "bots" / "bot-1.pem", "-key", self.tls / "bots" / "bot-1.key", "-verify_hostname", "mall.example")
            serial = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=text, capture_output=True, text=True).stdout
            return serial.strip().lower(), "Verification: OK" in text
        old = shown()
        self.assertFalse(old[1], "it was for mall.example before")
        answer = self.certs("issue", "server", "--host", "mall.example", "--renew", "--reload", "--json")
        self.assertEqual(answer.returncode, 0, answer)
        self.assertIn("shows the new certificate", answer.stderr)
        new = json.loads(answer.stdout)
        wait_until("the new certificate", lambda: shown() == (f"serial={new['serial']}", True), 10)
        self.assertEqual(self.connections(), before)
        self.assertEqual(len(self.events("--type", "SessionOpened")), 4)
        # It is the one that counts after a restart too.
        server.stop()
        self.serve()
        self.assertEqual(shown(), (f"serial={new['serial']}", True))

    def test_a_process_that_would_end_is_not_told(self):
        demo = self.start(
            "demo", "demo", "--data", self.data, "--bots", "127.0.0.1:0", "--services", "127.0.0.1:0", "--kiosk", "127.0.0.1:0",
            "--staff", "127.0.0.1:0", "--count", 2)
        wait_until("the demo's robots", lambda: self.tls.exists() and (self.tls / "bots" / "bot-2.pem").exists())
        answer = self.certs("revoke", "bot", "bot-2", "--reload")
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn("revoked", answer.stdout)
        self.assertIn(f"process {demo.popen.pid} does not reload", answer.stderr)
        self.assertIsNone(demo.popen.poll())
        self.assertEqual(demo.stop(), 0)

    def test_an_authority_is_replaced_step_by_step(self):
        """As docs/certificates.md says."""
        server = self.serve()
        fleet = self.bots(2)
        self.connected(fleet, "bot-1", "bot-2")
        before = self.connections()

        def reload():
            server.popen.send_signal(signal.SIGHUP)

        def accepted(certificate, key):
            try:
                peer = self.peer(certificate, key)
                answer = peer.call(1)
                peer.close()
                return answer == 0
            except (ssl.SSLError, ConnectionError):
                return False

        def shell(script):
            subprocess.run(["sh", "-euc", script], cwd=self.folder, check=True, timeout=60, capture_output=True)
        old = self.folder / "old-robot"
        self.done("issue", "bot", "old", "--out", old)
        # 1. Both are trusted, the old one issues.
        self.assertEqual(run("certs", "init", "--data", self.folder / "next").returncode, 0)
        shell("cp data/tls/ca.pem old-ca.pem; cp data/tls/crl.pem old-crl.pem; cp data/tls/ca.key old-ca.key")
        shell("cat next/tls/ca.pem >> data/tls/ca.pem; cat next/tls/crl.pem >> data/tls/crl.pem")
        self.assertEqual(len(self.json("show")[0]["authorities"]), 2)
        reload()
        # 2. The new one issues.
        shell("cat next/tls/ca.pem old-ca.pem > data/tls/ca.pem; cat next/tls/crl.pem old-crl.pem > data/tls/crl.pem")
        shell("cp -p next/tls/ca.key data/tls/ca.key")
        new = self.folder / "new-robot"
        self.done("issue", "server", "service", "tools", "--renew", "--reload")
        self.done("issue", "bot", "new", "--out", new)
        wait_until("the new robot to be let in", lambda: accepted(new / "new.pem", new / "new.key"), 10)
        self.assertTrue(accepted(old / "old.pem", old / "old.key"))
        self.assertEqual(self.connections(), before)
        self.assertIn("OK", openssl("verify", "-CAfile", self.folder / "next" / "tls" / "ca.pem", self.tls / "server.pem"))
        # What the old one issued can still be revoked.
        self.done("revoke", "bot", "bot-2", "--reload")
        wait_until("the revoked robot to be dropped", lambda: not self.last(fleet, "bot-2")["connected"], 5)
        # 3. The old one is trusted no more.
        shell("openssl x509 -in data/tls/ca.pem -out ca.pem; openssl crl -in data/tls/crl.pem -out crl.pem; mv ca.pem crl.pem data/tls/")
        reload()
        wait_until("the old robots to be dropped", lambda: not self.last(fleet, "bot-1")["connected"], 10)
        self.assertFalse(accepted(old / "old.pem", old / "old.key"))
        self.assertTrue(accepted(new / "new.pem", new / "new.key"))
        self.assertEqual(self.tool("orders", "list").returncode, 0)


class Help(unittest.TestCase):
    def test_every_command_has_help(self):
        for command in ([], ["init"], ["issue"], ["revoke"], ["list"], ["show"]):
            answer = run("certs", *command, "--help")
            self.assertEqual(answer.returncode, 0, answer)
            self.assertIn("USAGE", answer.stdout)


if __name__ == "__main__":
    unittest.main()
