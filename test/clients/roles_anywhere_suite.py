"""Every operation of Roles Anywhere, asked with boto3. The environment holds the server, and the files of an authority."""

import base64
import datetime
import hashlib
import json
import os
import pathlib
import ssl
import subprocess
import unittest
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

FOLDER = pathlib.Path(os.environ["CA_FOLDER"])
CERTIFICATE = (FOLDER / "ca.pem").read_text()
SOURCE = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": CERTIFICATE}}
ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": ACTIONS}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})


class RolesAnywhere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = boto3.client("rolesanywhere")
        cls.role = boto3.client("iam").create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]

    def refused(self, code, call, **words):
        with self.assertRaises(ClientError) as caught:
            call(**words)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def anchor(self, **words):
        return self.client.create_trust_anchor(name="anchor", source=SOURCE, **words)["trustAnchor"]

    def test_trust_anchors(self):
        client, key = self.client, {"trustAnchorId": self.anchor()["trustAnchorId"]}
        self.assertFalse(client.get_trust_anchor(**key)["trustAnchor"]["enabled"])
        self.assertTrue(client.enable_trust_anchor(**key)["trustAnchor"]["enabled"])
        self.assertFalse(client.disable_trust_anchor(**key)["trustAnchor"]["enabled"])
        self.assertEqual(client.update_trust_anchor(name="b", **key)["trustAnchor"]["name"], "b")
        setting = {"event": "CA_CERTIFICATE_EXPIRY", "enabled": False, "threshold": 9}
        put = client.put_notification_settings(notificationSettings=[setting], **key)["trustAnchor"]
        self.assertEqual([one["threshold"] for one in put["notificationSettings"]], [9, 45])
        reset = client.reset_notification_settings(notificationSettingKeys=[{"event": setting["event"]}], **key)
        self.assertEqual({one["threshold"] for one in reset["trustAnchor"]["notificationSettings"]}, {45})
        client.delete_trust_anchor(**key)
        self.refused("ResourceNotFoundException", client.get_trust_anchor, **key)

    def test_profiles(self):
        client = self.client
        made = client.create_profile(name="p", roleArns=[self.role], acceptRoleSessionName=True, tags=[{"key": "a", "value": "b"}])
        key = {"profileId": made["profile"]["profileId"]}
        self.assertTrue(made["profile"]["acceptRoleSessionName"])
        self.assertTrue(client.enable_profile(**key)["profile"]["enabled"])
        self.assertFalse(client.disable_profile(**key)["profile"]["enabled"])
        self.assertEqual(client.update_profile(durationSeconds=900, **key)["profile"]["durationSeconds"], 900)
        rule = {"certificateField": "x509Subject", "mappingRules": [{"specifier": "CN"}]}
        client.put_attribute_mapping(**rule, **key)
        left = client.delete_attribute_mapping(certificateField="x509Subject", specifiers=["*"], **key)["profile"]
        self.assertIn(rule, left["attributeMappings"])
        self.assertEqual(client.get_profile(**key)["profile"], left)
        arn = {"resourceArn": left["profileArn"]}
        client.tag_resource(tags=[{"key": "c", "value": "d"}], **arn)
        client.untag_resource(tagKeys=["a"], **arn)
        self.assertEqual(client.list_tags_for_resource(**arn)["tags"], [{"key": "c", "value": "d"}])
        client.delete_profile(**key)
        message = self.refused("ValidationException", client.create_profile, name="p", roleArns=["arn:aws:iam::1:role/x"])
        self.assertIn("is not the ARN of a role", message)

    def test_revocation_lists(self):
        client, anchor = self.client, self.anchor()
        data = (FOLDER / "crl.pem").read_bytes()
        made = client.import_crl(name="l", crlData=data, trustAnchorArn=anchor["trustAnchorArn"])["crl"]
        key = {"crlId": made["crlId"]}
        self.assertEqual(client.get_crl(**key)["crl"]["crlData"], data)
        self.assertTrue(client.enable_crl(**key)["crl"]["enabled"])
        self.assertFalse(client.disable_crl(**key)["crl"]["enabled"])
        self.assertEqual(client.update_crl(name="m", crlData=data, **key)["crl"]["name"], "m")
        self.assertEqual([one["crlId"] for one in client.list_crls()["crls"]], [made["crlId"]])
        client.delete_crl(**key)

    def test_pages(self):
        made = {self.anchor()["trustAnchorId"] for _ in range(3)}
        pages = self.client.get_paginator("list_trust_anchors").paginate(pageSize=1)
        seen = [one["trustAnchorId"] for page in pages for one in page["trustAnchors"]]
        self.assertLessEqual(made, set(seen))
        self.assertEqual(len(seen), len(set(seen)))
        for name in ["list_profiles", "list_subjects", "list_crls"]:
            self.assertIsNotNone(self.client.get_paginator(name).paginate().build_full_result())

    def test_session_signed_with_what_botocore_and_openssl_make(self):
        client, name = self.client, os.environ["CA_LEAF"]
        anchor = self.anchor(enabled=True)["trustAnchorArn"]
        profile = client.create_profile(name="p", roleArns=[self.role], enabled=True)["profile"]["profileArn"]
        der = ssl.PEM_cert_to_DER_cert((FOLDER / f"{name}.pem").read_text())
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"Content-Type": "application/json", "X-Amz-Date": now, "X-Amz-X509": base64.b64encode(der).decode()}
        params = {"profileArn": profile, "roleArn": self.role, "trustAnchorArn": anchor}
        url, body = f"{os.environ['AWS_ENDPOINT_URL']}/sessions", json.dumps({"durationSeconds": 900}).encode()
        request = AWSRequest("POST", url, headers=headers, data=body, params=params)
        request.context["timestamp"] = now
        auth = SigV4Auth(Credentials("none", "none"), "rolesanywhere", "us-east-1")
        scope, signed = auth.credential_scope(request), auth.signed_headers(auth.headers_to_sign(request))
        canonical = hashlib.sha256(auth.canonical_request(request).encode()).hexdigest()
        algorithm = os.environ["CA_ALGORITHM"]
        text = "\n".join([algorithm, now, scope, canonical]).encode()
        sign = ["openssl", "dgst", "-sha256", "-sign", str(FOLDER / f"{name}.key")]
        signature = subprocess.run(sign, input=text, capture_output=True, check=True).stdout.hex()
        credential = f"{int(os.environ['CA_SERIAL'], 16)}/{scope}"
        request.headers["Authorization"] = (
            f"{algorithm} Credential={credential}, SignedHeaders={signed}, Signature={signature}"
        )
        prepared = request.prepare()
        sent = urllib.request.Request(prepared.url, data=body, headers=dict(prepared.headers), method="POST")
        with urllib.request.urlopen(sent) as answered:
            self.assertEqual(answered.status, 201)
            answer = json.load(answered)
        given = answer["credentialSet"][0]["credentials"]
        sts = boto3.client(
            "sts",
            aws_access_key_id=given["accessKeyId"],
            aws_secret_access_key=given["secretAccessKey"],
            aws_session_token=given["sessionToken"],
        )
        self.assertEqual(sts.get_caller_identity()["Arn"], answer["credentialSet"][0]["assumedRoleUser"]["arn"])

    def test_errors(self):
        absent = "00000000-0000-0000-0000-000000000000"
        self.refused("ResourceNotFoundException", self.client.get_subject, subjectId=absent)
        other = boto3.client("rolesanywhere", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x")
        self.refused("UnrecognizedClientException", other.list_profiles)
        wrong = boto3.client("rolesanywhere", aws_secret_access_key="x", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
        self.refused("InvalidSignatureException", wrong.list_profiles)


if __name__ == "__main__":
    unittest.main()
