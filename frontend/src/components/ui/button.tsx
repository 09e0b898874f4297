import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export const buttonLook = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium transition-colors select-none disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "bg-accent text-accent-ink not-disabled:hover:bg-accent-hover",
        outline: "border border-line-strong/60 bg-surface not-disabled:hover:bg-hover",
        ghost: "not-disabled:hover:bg-hover",
        danger: "bg-bad text-accent-ink not-disabled:hover:bg-bad-hover",
        link: "rounded-sm text-accent-text underline decoration-accent-text/40 underline-offset-3 not-disabled:hover:decoration-current",
      },
      size: { small: "h-7 px-2.5 text-[0.8125rem]", medium: "h-9 px-3.5", large: "h-11 px-5" },
    },
    compoundVariants: [{ look: "link", className: "h-auto px-0" }],
    defaultVariants: { look: "outline", size: "medium" },
  },
);

interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonLook> {
  /** The child becomes the button: `<Button asChild><Link …/></Button>`. */
  asChild?: boolean;
  /** Its act is under way; it cannot be pressed again, and keeps the focus. */
  isPending?: boolean;
}

export function Button({
  asChild,
  isPending = false,
  look,
  size,
  className,
  children,
  onClick,
  type = "button",
  ...props
}: ButtonProps) {
  const classes = cn(buttonLook({ look, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} onClick={onClick} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type={isPending ? "button" : type}
      className={classes}
      aria-disabled={isPending || undefined}
      onClick={isPending ? undefined : onClick}
      {...props}
    >
      {isPending && <LoaderCircle aria-hidden className="animate-spin" />}
      {children}
    </button>
  );
}
