/** Why the answer of the vectors stands, by the rule that decides. Of the peer is said only what it answers. */
export const reasons: Readonly<Record<string, string>> = {
  'CI-1':
    'A block and an address are compared by their bits: every spelling of an address is that address, and `/0` covers its family.',
  'CI-2':
    'AWS does not document it: a mapped address stays an IPv6 address, an address with a zone is none, and what cannot be read makes a negated operator true.',
  'CA-1': 'An ARN condition compares part by part; the parts may come from a variable.',
  'CA-2':
    'A value of the request with fewer than six parts is no ARN: it matches no pattern, so that a negated operator holds.',
  'CD-1': 'Dates are instants, compared exactly.',
  'CD-2': 'Seconds since 1970 and ISO text are interchangeable on both sides; milliseconds are not.',
  'CD-3': 'Text of digits only is seconds since 1970, however long.',
  'CD-4': 'A day that no calendar has, and any other way to write a date, is no date.',
  'CN-1': 'Numbers are compared exactly, beyond what a floating-point number holds.',
  'CN-2': 'The whole text must be a decimal number, with or without an exponent; nothing is read from a part of it.',
  'CM-3':
    'An open question: whether `ForAnyValue:…IfExists` holds when the key is absent. We say yes, as `IfExists` does elsewhere.',
  'CM-4': 'A value that is no number is not equal to any, so that the negated operator holds for it.',
  'CS-2': 'Case is ignored by Unicode simple case folding, the same in every language.',
  'CS-3':
    '`*` covers line breaks like every other character, and `?` is one code point, not one half of a surrogate pair.',
  'D-1':
    'A member that appears twice makes a document malformed. The peer is given the document as an object, in which the second has won.',
  'D-10': 'A number or a boolean without quotes is its JSON text.',
  'D-11': 'An operator that does not exist makes the document malformed, as does `NullIfExists`.',
  'E-1': 'The root user of the owning account needs no policy.',
  'E-17':
    'A federated session without a session policy has what a resource policy grants to the session itself, and nothing else.',
  'E-21':
    'A federated session without a session policy has nothing on the side of its own account, so nothing across accounts.',
  'E-23': 'A service has no policies of its own, so no boundary.',
  'O-7': 'Service control policies bind the users and roles of member accounts, not services.',
  'O-8': 'Service control policies bind the root user; where they allow, it has what it has.',
  'O-21':
    'Every level of resource control policies must contain an Allow, as with service control policies. The peer adds `RCPFullAWSAccess` to each.',
  'P-4':
    'A role is named by its ARN with the path; without the path it is another role. The peer is told the ARN of the session, which has no path.',
  'P-10': '`AWS` names accounts and their identities; a service is named under `Service`.',
  'R-2': 'The whole ARN is compared with case.',
  'R-4': '`*` in the resource part covers every character, line breaks too.',
  'R-5': 'A backslash is a character like every other.',
  'R-6': 'A `*` in the request is the character of an object key. The peer reads it as a pattern to simulate.',
  'R-9': 'In an identity policy an incomplete ARN is completed; in a service control policy it must end in `*`.',
  'S-1': 'The root user of the owning account is allowed what no explicit deny, SCP or RCP forbids.',
  'S-2': 'The root user has no identity policies and no boundary, whatever a question says.',
  'S-3': 'The root user of another account needs the resource policy alone.',
  'S-4': 'Root credentials cannot assume a role, whom ever it trusts.',
  'S-11': 'The root user is a principal of the account that the key policy names.',
  'S-12': 'Requests that name no key follow the ordinary rules; the root user is allowed.',
  'S-20': 'A role is assumed only with the consent of its trust policy; without one nobody can.',
  'S-31': '`sts:GetSessionToken` needs no permission and cannot be denied.',
  'U-2':
    'The id of a user or role in a policy names that user or that role’s sessions. The peer is not told the ids of callers.',
  'U-3': 'The id in a policy is of one entity. The peer is not told the ids of callers.',
  'V-1': 'Any single-valued key of the request may be a variable, in resources and in conditions on texts and ARNs.',
  'V-2': 'All that stands before the brace is the name; a space makes it another key.',
  'V-3': 'Documents of the version of 2008, or of none, have no variables.',
  'V-4': 'Dates, numbers, booleans and addresses of conditions have no variables.',
  'V-5': 'A value with a variable that has no value matches nothing; the other values still count.',
  'V-6': '`${*}`, `${?}` and `${$}` are the characters themselves.',
  'V-7': 'The default stands for an absent key only; it may be empty.',
  'V-8': 'What a variable brings in is data: no wildcard, nothing to be replaced again.',
  'V-9': 'A list cannot be a variable; it counts as absent.',
}
