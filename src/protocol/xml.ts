const special = /[&<>"\r\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/

const everySpecial =
  /[&<>"\r]|[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

/**
 * Makes a text fit for an XML 1.0 element or attribute.
 *
 * Gives: the text, with U+FFFD where it has a character that XML 1.0 cannot hold in any spelling.
 */
export function escapeXml(text: string): string {
  return special.test(text) ? text.replace(everySpecial, (found) => entities[found] ?? '\uFFFD') : text
}
