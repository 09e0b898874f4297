const ACTIONS: Record<string, string> = {
  "user.registered": "Registered",
  "user.signed_in": "Signed in",
  "user.refused": "Gave a wrong password or code",
  "user.signed_out": "Signed out",
  "user.changed": "Changed their profile",
  "user.verified": "Confirmed their e-mail address",
  "user.exported": "Exported a person’s data",
  "user.deleted": "Deleted an account",
  "password.changed": "Changed their password",
  "password.reset": "Reset their password by mail",
  "second_factor.enabled": "Turned on two-step sign-in",
  "second_factor.disabled": "Turned off two-step sign-in",
  "session.ended": "Ended a session",
  "tenant.changed": "Changed the firm’s settings",
  "tenant.entered": "Entered the firm",
  "invitation.sent": "Invited somebody",
  "invitation.revoked": "Revoked an invitation",
  "invitation.accepted": "Accepted an invitation",
  "member.changed": "Changed a member’s role",
  "member.removed": "Removed a member",
  "api_key.created": "Created an API key",
  "api_key.rotated": "Renewed an API key",
  "api_key.revoked": "Revoked an API key",
  "webhook_secret.read": "Looked at the webhook secret",
  "webhook_secret.rotated": "Renewed the webhook secret",
  "question.asked": "Asked a question",
  "audit.read": "Looked at this record",
};

/** "document.uploaded" as "Document uploaded", and the common ones in plain words. */
export function actionWords(action: string): string {
  const known = ACTIONS[action];
  if (known) return known;
  const words = action.split(/[._]/).join(" ");
  return words ? words[0]?.toUpperCase() + words.slice(1) : action;
}
