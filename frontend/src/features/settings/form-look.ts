/** A form in a section or a dialog; the place of what is refused takes none while it is empty. */
export const FORM = "space-y-4 [&>[role=alert]:empty]:mb-0";
