import { GoHome } from "@/components/shell/go-home";

export default function Index() {
  return <GoHome />;
}
