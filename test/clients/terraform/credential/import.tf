variable "made" {
  type = map(string)
}

import {
  to = aws_iam_account_password_policy.here
  id = "iam-account-password-policy"
}
import {
  to = aws_iam_user_ssh_key.alice
  id = "alice:${var.made.ssh_key}:SSH"
}
import {
  to = aws_iam_signing_certificate.alice
  id = "${var.made.signing_certificate}:alice"
}
import {
  to = aws_iam_service_specific_credential.alice
  id = "codecommit.amazonaws.com:alice:${var.made.credential}"
}
import {
  to = aws_iam_virtual_mfa_device.alice
  id = "arn:aws:iam::${local.account}:mfa/phones/alice"
}
