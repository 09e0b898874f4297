"""Whether a quotation stands in a document, word for word, in its whole text across passages and pages.

Both texts become their letters, digits and signs alone (`folding`); where these agree, what stood between them must
agree too, but for layout (`agreement`). `verifying.verify` gives the verdict. Layout is forgiven: white space, line-end
hyphens, ligatures, the shape of quotation marks and dashes, page breaks with running headers and footnote marks
(`plain`), capitals where they are typography. A changed word, digit, negation or party never is.

Pure functions over plain values; nothing here knows the database. Import it inside functions: it brings numpy.
"""
