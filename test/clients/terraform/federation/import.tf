import {
  to = aws_iam_openid_connect_provider.builds
  id = "arn:aws:iam::${local.account}:oidc-provider/token.builds.example.com/tenant"
}
import {
  to = aws_iam_saml_provider.company
  id = "arn:aws:iam::${local.account}:saml-provider/company"
}
import {
  to = aws_iam_service_linked_role.scaling
  id = "arn:aws:iam::${local.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_team"
}
