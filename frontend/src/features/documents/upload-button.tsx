"use client";

import { FileUp, FolderUp, Upload } from "lucide-react";
import { type ComponentProps, type RefObject, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { withoutSystemFiles } from "@/features/uploads/dropped-files";
import { useUploads } from "@/features/uploads/use-uploads";
import { useShortcut } from "@/lib/shortcuts";

export function UploadButton({ label = "Upload" }: { label?: string }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "u", label: "Upload files", group: "Documents", run: () => files.current?.click() });
  return (
    <>
      <Menu
        trigger={
          <Button look="primary">
            <Upload aria-hidden /> {label}
          </Button>
        }
      >
        <MenuItem keys="u" onSelect={() => files.current?.click()}>
          <FileUp aria-hidden /> Files…
        </MenuItem>
        <MenuItem onSelect={() => folder.current?.click()}>
          <FolderUp aria-hidden /> A folder, with all in it…
        </MenuItem>
      </Menu>
      <FileInput field={files} aria-label="Files to upload" />
      <FileInput field={folder} aria-label="Folder to upload" {...WHOLE_FOLDER} />
    </>
  );
}

const WHOLE_FOLDER = { webkitdirectory: "" };

function FileInput({
  field,
  ...props
}: ComponentProps<"input"> & { field: RefObject<HTMLInputElement | null> }) {
  const { add } = useUploads();
  const take = (input: HTMLInputElement) => {
    const files = withoutSystemFiles([...(input.files ?? [])]);
    input.value = ""; // the same files can be chosen again
    if (files.length > 0) add(files);
    else toast.info("There is no file in what was chosen");
  };
  return (
    <input
      ref={field}
      type="file"
      multiple
      hidden
      tabIndex={-1}
      onChange={(event) => take(event.currentTarget)}
      {...props}
    />
  );
}
