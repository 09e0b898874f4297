import { File, FileCode, FileText, FileType, type LucideIcon, Mail } from "lucide-react";

interface KindLook {
  label: string;
  icon: LucideIcon;
}

const KINDS: Record<string, KindLook> = {
  pdf: { label: "PDF", icon: FileText },
  docx: { label: "Word", icon: FileType },
  doc: { label: "Old Word", icon: FileType },
  rtf: { label: "Rich text", icon: FileType },
  html: { label: "Web page", icon: FileCode },
  eml: { label: "E-mail", icon: Mail },
  text: { label: "Text", icon: File },
};

export function kindOf(fileType: string): KindLook {
  return KINDS[fileType] ?? { label: fileType.toUpperCase(), icon: File };
}

/** As the API takes them; told to people who are about to upload. */
export const READABLE =
  "PDF (scans too, where text recognition is installed), Word, rich text, web pages, e-mails with their attachments, plain text and Markdown";
