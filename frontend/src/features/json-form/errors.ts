import type { Problem } from "@/lib/api/problem";
import { type FieldErrors, type FormSchema, fieldsOf, humanized } from "./schema";

/** The server's faults of one part of the body, such as `input_data`, by their paths within it. */
export function errorsWithin(problem: Problem | null, part: string): FieldErrors {
  const prefix = `${part}.`;
  const found = Object.entries(problem?.fieldErrors ?? {}).filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(found.map(([path, message]) => [path.slice(prefix.length), message]));
}

/** "Playbook, 3, Our position" for `playbook.2.position`. */
export function nameOfPath(schema: FormSchema, path: string): string {
  let form: FormSchema | undefined = schema;
  const names = path.split(".").map((key) => {
    const field: FormSchema | undefined = form?.properties?.[key];
    const name = /^\d+$/.test(key) ? String(Number(key) + 1) : (field?.title ?? humanized(key));
    form = field ?? form?.items;
    return name;
  });
  return names.join(", ");
}

/** In the order in which the fields stand. */
export function inOrder(schema: FormSchema, errors: FieldErrors): [path: string, message: string][] {
  const names = fieldsOf(schema).map(({ name }) => name);
  const placeOf = (path: string) => names.indexOf(path.split(".")[0] ?? "");
  return Object.entries(errors).sort(([one], [other]) => placeOf(one) - placeOf(other));
}

export function hasErrorWithin(errors: FieldErrors, path: string): boolean {
  return Object.keys(errors).some((other) => other === path || other.startsWith(`${path}.`));
}

const FOCUSABLE = "input, textarea, select, button";

/** Put the cursor into the field, or into the nearest one around it. */
export function focusField(path: string): void {
  const keys = path.split(".");
  for (let length = keys.length; length > 0; length -= 1) {
    const wanted = keys.slice(0, length).join(".");
    const field = document.querySelector(`[data-field="${CSS.escape(wanted)}"]`);
    const target = field?.querySelector<HTMLElement>(FOCUSABLE);
    if (target) {
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
      return;
    }
  }
}
