/** What the API says of a quotation, in words. */
export const VERDICTS: Readonly<Record<string, string>> = {
  exact: "Found word for word",
  normalized: "Found, but for spaces and signs",
  altered: "The document words it otherwise",
  wrong_page: "It stands on another page",
  wrong_document: "It stands in another document",
  misleading_ellipsis: "What was left out changes its meaning",
  not_found: "Not found in the document",
  too_short: "Too short to be looked up",
};
