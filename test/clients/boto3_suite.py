"""What users of boto3 rely on, asked of a server whose address and keys the environment holds."""

import datetime
import json
import os
import tempfile
import unittest
import urllib.error
import urllib.request

import boto3
import botocore.session
from botocore.exceptions import ClientError, WaiterError
from botocore.signers import RequestSigner

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
SPECIAL = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::bücher/100% & <more>+\"'/${aws:username}/*",
        }
    ],
}
# Short waits: what is not there at once will not come.
SOON = {"Delay": 1, "MaxAttempts": 2}


def trust(principal):
    statement = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": principal}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Suite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.iam = boto3.client("iam")
        cls.sts = boto3.client("sts")
        cls.account = cls.sts.get_caller_identity()["Account"]

    def refused(self, call, **words):
        with self.assertRaises(ClientError) as caught:
            call(**words)
        return caught.exception


class Waiters(Suite):
    def test_what_was_made_is_there_for_every_waiter(self):
        iam = self.iam
        iam.create_user(UserName="waited")
        iam.get_waiter("user_exists").wait(UserName="waited", WaiterConfig=SOON)
        iam.create_role(RoleName="waited", AssumeRolePolicyDocument=trust(self.account))
        iam.get_waiter("role_exists").wait(RoleName="waited", WaiterConfig=SOON)
        iam.create_instance_profile(InstanceProfileName="waited")
        iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="waited", WaiterConfig=SOON)
        arn = iam.create_policy(PolicyName="waited", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
        iam.get_waiter("policy_exists").wait(PolicyArn=arn, WaiterConfig=SOON)

    def test_a_waiter_goes_on_while_a_thing_is_not_there(self):
        for name, words in [
            ("user_exists", {"UserName": "nobody"}),
            ("role_exists", {"RoleName": "nobody"}),
            ("policy_exists", {"PolicyArn": f"arn:aws:iam::{self.account}:policy/nobody"}),
            ("instance_profile_exists", {"InstanceProfileName": "nobody"}),
        ]:
            with self.assertRaises(WaiterError) as caught:
                self.iam.get_waiter(name).wait(**words, WaiterConfig=SOON)
            self.assertIn("Max attempts exceeded", str(caught.exception), name)


class Pages(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        iam = cls.iam
        cls.names = [f"page-{number:02}" for number in range(7)]
        iam.create_group(GroupName="paged")
        iam.create_user(UserName="paged", Path="/paged/")
        iam.create_role(RoleName="paged", AssumeRolePolicyDocument=trust(cls.account))
        for name in cls.names:
            iam.create_user(UserName=name, Path="/pages/")
            iam.create_group(GroupName=name, Path="/pages/")
            iam.create_role(RoleName=name, Path="/pages/", AssumeRolePolicyDocument=trust(cls.account))
            policy = iam.create_policy(PolicyName=name, Path="/pages/", PolicyDocument=json.dumps(ALLOW))["Policy"]
            iam.create_instance_profile(InstanceProfileName=name, Path="/pages/")
            iam.add_user_to_group(GroupName="paged", UserName=name)
            iam.add_user_to_group(GroupName=name, UserName="paged")
            iam.put_user_policy(UserName="paged", PolicyName=name, PolicyDocument=json.dumps(ALLOW))
            iam.attach_role_policy(RoleName="paged", PolicyArn=policy["Arn"])
            iam.tag_user(UserName="paged", Tags=[{"Key": name, "Value": ""}])

    def names_of(self, operation, items, name, **words):
        pages = list(self.iam.get_paginator(operation).paginate(**words, PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page[items]) for page in pages], [2, 2, 2, 1], operation)
        return [item if name is None else item[name] for page in pages for item in page[items]]

    def test_every_list_gives_all_in_small_pages(self):
        below = {"PathPrefix": "/pages/"}
        for asked in [
            ("list_users", "Users", "UserName", below),
            ("list_groups", "Groups", "GroupName", below),
            ("list_roles", "Roles", "RoleName", below),
            ("list_policies", "Policies", "PolicyName", {**below, "Scope": "Local"}),
            ("list_instance_profiles", "InstanceProfiles", "InstanceProfileName", below),
            ("list_groups_for_user", "Groups", "GroupName", {"UserName": "paged"}),
            ("list_user_policies", "PolicyNames", None, {"UserName": "paged"}),
            ("list_attached_role_policies", "AttachedPolicies", "PolicyName", {"RoleName": "paged"}),
            ("list_user_tags", "Tags", "Key", {"UserName": "paged"}),
            ("get_group", "Users", "UserName", {"GroupName": "paged"}),
        ]:
            with self.subTest(asked[0]):
                operation, items, name, words = asked
                self.assertEqual(self.names_of(operation, items, name, **words), self.names)

    def test_a_pause_between_pages_is_resumed_from_its_token(self):
        paginator = self.iam.get_paginator("list_users")
        first = paginator.paginate(PathPrefix="/pages/", PaginationConfig={"MaxItems": 3, "PageSize": 2})
        names = [user["UserName"] for user in first.build_full_result()["Users"]]
        rest = paginator.paginate(PathPrefix="/pages/", PaginationConfig={"StartingToken": first.resume_token})
        names += [user["UserName"] for user in rest.build_full_result()["Users"]]
        self.assertEqual(names, self.names)

    def test_the_whole_account_is_read_in_pages(self):
        pages = self.iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["User", "Role", "Group", "LocalManagedPolicy"], PaginationConfig={"PageSize": 5}
        )
        whole = pages.build_full_result()
        self.assertLessEqual(set(self.names), {user["UserName"] for user in whole["UserDetailList"]})
        self.assertLessEqual(set(self.names), {role["RoleName"] for role in whole["RoleDetailList"]})
        self.assertLessEqual(set(self.names), {group["GroupName"] for group in whole["GroupDetailList"]})
        self.assertLessEqual(set(self.names), {policy["PolicyName"] for policy in whole["Policies"]})
        policies = {policy["PolicyName"]: policy for policy in whole["Policies"]}
        self.assertEqual(policies["page-00"]["AttachmentCount"], 1)
        self.assertEqual(policies["page-00"]["PolicyVersionList"][0]["Document"], ALLOW)
        for items, name in [("UserDetailList", "UserId"), ("RoleDetailList", "RoleId"), ("Policies", "PolicyId")]:
            ids = [item[name] for item in whole[items]]
            self.assertEqual(len(ids), len(set(ids)), items)

    def test_a_marker_that_nobody_gave_is_refused(self):
        error = self.refused(self.iam.list_users, Marker="made-up")
        self.assertEqual(error.response["Error"]["Code"], "ValidationError")
        self.assertEqual(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)


class Documents(Suite):
    def test_a_policy_document_comes_back_as_it_was_given(self):
        iam = self.iam
        text = json.dumps(SPECIAL, ensure_ascii=False, indent=2)
        iam.create_user(UserName="documents")
        iam.create_group(GroupName="documents")
        iam.create_role(RoleName="documents", AssumeRolePolicyDocument=trust("*"))
        iam.put_user_policy(UserName="documents", PolicyName="p", PolicyDocument=text)
        iam.put_group_policy(GroupName="documents", PolicyName="p", PolicyDocument=text)
        iam.put_role_policy(RoleName="documents", PolicyName="p", PolicyDocument=text)
        policy = iam.create_policy(PolicyName="documents", PolicyDocument=text)["Policy"]
        for document in [
            iam.get_user_policy(UserName="documents", PolicyName="p")["PolicyDocument"],
            iam.get_group_policy(GroupName="documents", PolicyName="p")["PolicyDocument"],
            iam.get_role_policy(RoleName="documents", PolicyName="p")["PolicyDocument"],
            iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]["Document"],
        ]:
            self.assertEqual(document, SPECIAL)
        role = iam.get_role(RoleName="documents")["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"], json.loads(trust("*")))
        details = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
        [found] = [user for user in details if user["UserName"] == "documents"]
        self.assertEqual(found["UserPolicyList"], [{"PolicyName": "p", "PolicyDocument": SPECIAL}])

    def test_an_aws_managed_policy_is_read(self):
        policy = self.iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Policy"]
        self.assertRegex(policy["PolicyId"], "^ANPA[A-Z2-7]{17}$")
        version = self.iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        self.assertEqual(version["PolicyVersion"]["Document"]["Statement"][0]["Action"], "*")

    def test_moments_are_moments_of_now_in_utc(self):
        before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        user = self.iam.create_user(UserName="moment")["User"]
        self.assertIsInstance(user["CreateDate"], datetime.datetime)
        self.assertEqual(user["CreateDate"].utcoffset(), datetime.timedelta(0))
        self.assertGreaterEqual(user["CreateDate"], before)
        self.assertLess(user["CreateDate"] - before, datetime.timedelta(minutes=1))
        self.assertEqual(self.iam.get_user(UserName="moment")["User"], user)
        self.assertNotIn("PasswordLastUsed", user)


class Errors(Suite):
    def test_an_error_has_its_code_message_status_and_request_id(self):
        iam = self.iam
        iam.create_user(UserName="taken")
        iam.create_access_key(UserName="taken")
        for status, code, message, call, words in [
            (404, "NoSuchEntity", "The user with name nobody cannot be found.", iam.get_user, {"UserName": "nobody"}),
            (
                409,
                "EntityAlreadyExists",
                "User with name TAKEN already exists.",
                iam.create_user,
                {"UserName": "TAKEN"},
            ),
            (
                409,
                "DeleteConflict",
                "Cannot delete entity, must delete access keys first.",
                iam.delete_user,
                {"UserName": "taken"},
            ),
        ]:
            error = self.refused(call, **words)
            self.assertEqual(error.response["Error"]["Code"], code)
            self.assertEqual(error.response["Error"]["Message"], message)
            self.assertEqual(error.response["Error"]["Type"], "Sender")
            self.assertEqual(error.response["ResponseMetadata"]["HTTPStatusCode"], status)
            self.assertEqual(len(error.response["ResponseMetadata"]["RequestId"]), 36)
            self.assertEqual(error.response["ResponseMetadata"]["RetryAttempts"], 0)

    def test_errors_are_classes_of_the_client(self):
        with self.assertRaises(self.iam.exceptions.NoSuchEntityException):
            self.iam.get_role(RoleName="nobody")
        with self.assertRaises(self.iam.exceptions.MalformedPolicyDocumentException):
            self.iam.create_policy(PolicyName="bad", PolicyDocument="{}")
        self.iam.create_group(GroupName="twice")
        with self.assertRaises(self.iam.exceptions.EntityAlreadyExistsException):
            self.iam.create_group(GroupName="twice")

    def test_wrong_secrets_and_unknown_keys_are_told_apart(self):
        wrong = boto3.client("sts", aws_secret_access_key="x" * 40, aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
        self.assertEqual(self.refused(wrong.get_caller_identity).response["Error"]["Code"], "SignatureDoesNotMatch")
        unknown = boto3.client("sts", aws_secret_access_key="x" * 40, aws_access_key_id="AKIAAAAAAAAAAAAAAAAA")
        self.assertEqual(self.refused(unknown.get_caller_identity).response["Error"]["Code"], "InvalidClientTokenId")

    def test_resources_of_boto3_follow_their_relations(self):
        iam = boto3.resource("iam")
        user = iam.create_user(UserName="resource", Path="/r/")
        group = iam.create_group(GroupName="resource")
        user.add_group(GroupName="resource")
        self.assertEqual([found.name for found in user.groups.all()], ["resource"])
        self.assertEqual([found.name for found in group.users.all()], ["resource"])
        policy = iam.create_policy(PolicyName="resource", PolicyDocument=json.dumps(ALLOW))
        group.attach_policy(PolicyArn=policy.arn)
        self.assertEqual([found.policy_name for found in group.attached_policies.all()], ["resource"])
        self.assertEqual([found.name for found in policy.attached_groups.all()], ["resource"])
        self.assertEqual(policy.default_version.document, ALLOW)
        self.assertEqual(iam.CurrentUser().user_name, "administrator")


class Sessions(Suite):
    def test_a_presigned_url_says_who_signed_it(self):
        url = self.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
        with urllib.request.urlopen(url, timeout=10) as answer:
            self.assertIn(f"arn:aws:iam::{self.account}:user/administrator<", answer.read().decode())

    def test_a_presigned_url_binds_its_headers(self):
        """As the authenticator of Kubernetes on AWS does it: the cluster's name is signed along."""
        session = botocore.session.get_session()
        signer = RequestSigner(
            self.sts.meta.service_model.service_id,
            "us-east-1",
            "sts",
            "v4",
            session.get_credentials(),
            session.get_component("event_emitter"),
        )
        request = {
            "method": "GET",
            "url": f"{self.sts.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15",
            "body": {},
            "headers": {"x-k8s-aws-id": "cluster"},
            "context": {},
        }
        url = signer.generate_presigned_url(request, region_name="us-east-1", expires_in=60, operation_name="")
        asked = urllib.request.Request(url, headers={"x-k8s-aws-id": "cluster", "Accept": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            body = json.loads(answer.read())
        self.assertEqual(body["GetCallerIdentityResponse"]["GetCallerIdentityResult"]["Account"], self.account)
        other = urllib.request.Request(url, headers={"x-k8s-aws-id": "another"})
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(other, timeout=10)
        self.assertEqual(caught.exception.code, 403)

    def test_a_profile_with_a_role_assumes_it(self):
        self.iam.create_role(RoleName="profile", AssumeRolePolicyDocument=trust(self.account))
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as config:
            config.write(
                "[profile base]\n"
                f"aws_access_key_id = {os.environ['AWS_ACCESS_KEY_ID']}\n"
                f"aws_secret_access_key = {os.environ['AWS_SECRET_ACCESS_KEY']}\n"
                "[profile work]\n"
                f"role_arn = arn:aws:iam::{self.account}:role/profile\n"
                "source_profile = base\nrole_session_name = tuesday\nduration_seconds = 900\n"
            )
            config.flush()
            core = botocore.session.Session(profile="work")
            core.set_config_variable("config_file", config.name)
            work = boto3.Session(botocore_session=core)
            identity = work.client("sts").get_caller_identity()
            self.assertEqual(identity["Arn"], f"arn:aws:sts::{self.account}:assumed-role/profile/tuesday")
            error = self.refused(work.client("iam").list_users)
        self.assertEqual(error.response["Error"]["Code"], "AccessDenied")
        self.assertEqual(
            error.response["Error"]["Message"],
            f"User: {identity['Arn']} is not authorized to perform: iam:ListUsers on resource: "
            f"arn:aws:iam::{self.account}:user/ because no identity-based policy allows the iam:ListUsers action",
        )

    def test_a_session_is_limited_by_its_policy_and_carries_tags(self):
        self.iam.create_role(RoleName="limited", AssumeRolePolicyDocument=trust(self.account), MaxSessionDuration=7200)
        self.iam.attach_role_policy(RoleName="limited", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        statement = {"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}
        answer = self.sts.assume_role(
            RoleArn=f"arn:aws:iam::{self.account}:role/limited",
            RoleSessionName="session",
            DurationSeconds=7200,
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            Tags=[{"Key": "team", "Value": "blue"}],
        )
        given = answer["Credentials"]
        left = given["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        self.assertTrue(datetime.timedelta(seconds=7100) < left <= datetime.timedelta(seconds=7200))
        session = boto3.client(
            "iam",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        self.assertTrue(session.list_users()["Users"])
        message = self.refused(session.get_user, UserName="administrator").response["Error"]["Message"]
        self.assertTrue(message.endswith("because no session policy allows the iam:GetUser action"), message)
        longer = self.refused(
            self.sts.assume_role,
            RoleArn=f"arn:aws:iam::{self.account}:role/limited",
            RoleSessionName="session",
            DurationSeconds=7201,
        )
        self.assertEqual(longer.response["Error"]["Code"], "ValidationError")

    def test_an_answer_tells_its_moment_form_and_id(self):
        answer = self.sts.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
        self.assertIn("date", answer)
        self.assertTrue(answer["content-type"].startswith("text/xml"))
        self.assertEqual(len(answer["x-amzn-requestid"]), 36)


if __name__ == "__main__":
    unittest.main()
