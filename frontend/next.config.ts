import type { NextConfig } from "next";

const isDev = process.env.NODE_ENV === "development";
const api = process.env.ELENCHUS_API ?? "http://127.0.0.1:8000";

const config: NextConfig = {
  trailingSlash: true,
  images: { unoptimized: true },
  agentRules: false,
  ...(isDev
    ? {
        compress: false, // else an event stream arrives all at once
        skipTrailingSlashRedirect: true, // else a POST to the API is answered 308
        rewrites: async () => [{ source: "/api/:path*", destination: `${api}/api/:path*` }],
      }
    : { output: "export" }),
};

export default config;
