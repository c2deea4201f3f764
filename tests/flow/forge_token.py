"""forge_token.py - tokens nobody should take, made with the service's own keys.

Who forges has no keys. A test does, so that what it forges is wrong in the one way it names and right
in all others."""

import base64
import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils


def encode(data):
    """base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    """JSON as the service writes it: members in the order they are in, no white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Keys:
    """The keys of a folder (lib/infra/keyring.h), by kid."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def stage(self, kid):
        root = bytes.fromhex((self.folder / f"stage-{kid}.key").read_text())
        return hmac.digest(root, b"stage token, sign\0", "sha256")

    def access(self, kid):
        pem = (self.folder / f"access-{kid}.pem").read_bytes()
        return serialization.load_pem_private_key(pem, None)


# How each algorithm signs; the key is whatever it takes.

def mac(name):
    return lambda key, data: hmac.digest(key, data, name)


def ecdsa(hash_, size):
    def sign(key, data):
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hash_)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return sign


HS256, HS384, HS512 = mac("sha256"), mac("sha384"), mac("sha512")
ES256, ES384 = ecdsa(hashes.SHA256(), 32), ecdsa(hashes.SHA384(), 48)


def RS256(key, data):
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def es256_der(key, data):
    """As OpenSSL says it, not as JOSE does."""
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


class Token:
    """A token of the service, taken apart."""

    def __init__(self, keys, text):
        self.keys, self.text = keys, text
        self.parts = text.split(".")
        self.header = json.loads(decode(self.parts[0]))
        self.claims = json.loads(decode(self.parts[1]))
        self.kid = self.header["kid"]
        self.is_access = self.header["alg"] == "ES256"
        self.sign = ES256 if self.is_access else HS256
        self.key = keys.access(self.kid) if self.is_access else keys.stage(self.kid)

    def forge(self, header=None, claims=None, sign=None, key=None):
        """The token with another header or payload (bytes: as they stand), signed as named; by
        default in the right way with the right key."""
        first, second = self.part(0, header), self.part(1, claims)
        signature = (sign or self.sign)(self.key if key is None else key, f"{first}.{second}".encode())
        return f"{first}.{second}.{encode(signature)}"

    def part(self, i, wanted):
        if wanted is None:
            return self.parts[i]
        return encode(wanted if isinstance(wanted, bytes) else compact(wanted))

    def with_claims(self, **changes):
        """Signed rightly; a claim of None is left out."""
        claims = {**self.claims, **changes}
        return self.forge(claims={name: value for name, value in claims.items() if value is not None})

    def with_header(self, header=None, **changes):
        changed = {**self.header, **changes} if header is None else header
        if isinstance(changed, dict):
            changed = {name: value for name, value in changed.items() if value is not None}
        return self.forge(header=changed)


def public_jwk(key):
    """RFC 7518 6.2.1."""
    point = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": encode(point.x.to_bytes(32, "big")),
            "y": encode(point.y.to_bytes(32, "big"))}


def public_bytes(key, encoding, form):
    return key.public_key().public_bytes(encoding, form)


class Stranger:
    """Keys that are not the service's."""

    def __init__(self):
        self.p256 = ec.generate_private_key(ec.SECP256R1())
        self.p384 = ec.generate_private_key(ec.SECP384R1())
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.secret = hashlib.sha256(b"of nobody").digest()
