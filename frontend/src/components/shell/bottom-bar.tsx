import { NavLink } from "./nav-link";
import { DESTINATIONS } from "./navigation";

export function BottomBar() {
  return (
    <nav
      aria-label="Main"
      className="grid shrink-0 grid-cols-5 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] desk:hidden"
    >
      {DESTINATIONS.map((destination) => (
        <NavLink key={destination.href} destination={destination} look="bottom" />
      ))}
    </nav>
  );
}
