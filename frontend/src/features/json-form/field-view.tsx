"use client";

import type { ReactNode } from "react";
import { DocumentField, DocumentsField } from "./document-fields";
import type { FieldProps } from "./field-label";
import { JsonField } from "./json-field";
import { ChoicesField, TextsField } from "./list-fields";
import { RowsField } from "./rows-field";
import type { FieldKind } from "./schema";
import { ChoiceField, DateField, LinesField, NumberField, TextField, YesNoField } from "./simple-fields";

const VIEWS: Record<FieldKind, (props: FieldProps) => ReactNode> = {
  text: TextField,
  lines: LinesField,
  choice: ChoiceField,
  number: NumberField,
  "yes-no": YesNoField,
  date: DateField,
  document: DocumentField,
  documents: DocumentsField,
  choices: ChoicesField,
  texts: TextsField,
  rows: RowsField,
  json: JsonField,
};

export function FieldView(props: FieldProps) {
  const View = VIEWS[props.field.kind];
  return (
    <div data-field={props.path}>
      <View {...props} />
    </div>
  );
}
