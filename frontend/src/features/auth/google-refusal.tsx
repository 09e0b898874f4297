import { CircleAlert } from "lucide-react";

/** By the slug that the API sends a browser back with; what is not here is told in general. */
const WHY: Record<string, string> = {
  "google-email-not-verified":
    "Google has not verified your e-mail address. Verify it there first, or use a password.",
  "verify-email-first":
    "The address of your account here is not confirmed yet. Sign in with the password and confirm it; after that Google signs you in.",
  "google-linked-elsewhere":
    "Your account belongs to another Google account. Sign in with that one, or with the password.",
  "sign-in-not-begun": "That sign-in was begun too long ago, or in another browser. Begin again.",
  "account-deleted": "There is no account for you to sign in to. Ask whoever runs this deployment.",
  "account-suspended": "Your account is suspended. Ask an administrator to activate it again.",
  "google-sign-in-off": "Signing in with Google is not set up here. Use your password.",
};
const OTHERWISE = "Google did not confirm who you are. Try again, or use your password.";

export function GoogleRefusal({ slug }: { slug: string }) {
  return (
    <div role="alert" className="flex gap-2.5 rounded-lg border border-warn/35 bg-warn-soft p-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <p>{WHY[slug] ?? OTHERWISE}</p>
    </div>
  );
}
