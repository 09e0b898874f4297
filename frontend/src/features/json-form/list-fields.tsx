"use client";

import { Plus, X } from "lucide-react";
import { useId, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox, Textarea } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { FieldProps } from "./field-label";
import { Group } from "./group";
import { choiceLabel } from "./schema";
import { example } from "./simple-fields";
import { asTexts } from "./values";

const MOST = 1000;

export function TextsField({ field, path, value, errors, onChange }: FieldProps) {
  const texts = asTexts(value);
  const list = useRef<HTMLOListElement>(null);
  const focusAt = (index: number) =>
    requestAnimationFrame(() => list.current?.querySelectorAll("textarea")[index]?.focus());
  const add = (after: number) => {
    onChange([...texts.slice(0, after + 1), "", ...texts.slice(after + 1)]);
    focusAt(after + 1);
  };
  const isFull = texts.length >= (field.schema.maxItems ?? MOST);
  return (
    <Group field={field} path={path} errors={errors}>
      <ol ref={list} className="space-y-1.5">
        {texts.map((text, index) => (
          <TextRow
            // biome-ignore lint/suspicious/noArrayIndexKey: it has nothing but its place
            key={index}
            name={`${field.label} ${index + 1}`}
            path={`${path}.${index}`}
            text={text}
            placeholder={example(field.schema.items ?? {})}
            error={errors[`${path}.${index}`]}
            onChange={(next) => onChange(texts.with(index, next))}
            onRemove={() => {
              onChange(texts.toSpliced(index, 1));
              focusAt(Math.max(0, index - 1));
            }}
            onEnter={() => !isFull && add(index)}
          />
        ))}
      </ol>
      <Button size="small" disabled={isFull} onClick={() => add(texts.length - 1)}>
        <Plus aria-hidden /> Add {texts.length > 0 ? "another" : "one"}
        <span className="sr-only"> to {field.label}</span>
      </Button>
    </Group>
  );
}

interface TextRowProps {
  name: string;
  path: string;
  text: string;
  placeholder: string | undefined;
  error: string | undefined;
  onChange: (text: string) => void;
  onRemove: () => void;
  onEnter: () => void;
}

function TextRow({ name, path, text, placeholder, error, onChange, onRemove, onEnter }: TextRowProps) {
  const id = useId();
  return (
    <li data-field={path}>
      <div className="flex items-start gap-1">
        <Textarea
          aria-label={name}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? id : undefined}
          rows={1}
          value={text}
          placeholder={placeholder}
          className="field-sizing-content min-h-9 resize-none py-1.5"
          onChange={(event) => onChange(event.target.value.replaceAll("\n", " "))}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
            event.preventDefault();
            onEnter();
          }}
        />
        <IconButton label={`Remove ${name}`} onClick={onRemove}>
          <X aria-hidden />
        </IconButton>
      </div>
      {error && (
        <p id={id} className="text-[0.8125rem] text-bad">
          {error}
        </p>
      )}
    </li>
  );
}

export function ChoicesField({ field, path, value, errors, onChange }: FieldProps) {
  const chosen = asTexts(value);
  const values = (field.schema.items?.enum ?? []) as readonly string[];
  const turn = (each: string, isOn: boolean) =>
    onChange(values.filter((other) => (other === each ? isOn : chosen.includes(other))));
  return (
    <Group field={field} path={path} errors={errors}>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {values.map((each) => (
          <Choice
            key={each}
            label={choiceLabel(each)}
            isOn={chosen.includes(each)}
            onTurn={(isOn) => turn(each, isOn)}
          />
        ))}
      </div>
    </Group>
  );
}

function Choice({ label, isOn, onTurn }: { label: string; isOn: boolean; onTurn: (isOn: boolean) => void }) {
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <Checkbox id={id} checked={isOn} onCheckedChange={(checked) => onTurn(checked === true)} />
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
