// What serves out/ without the API in front: nginx, with the headers that the API would send. Prints a template for the
// nginx image, which puts ELENCHUS_API into it when it starts. Reads out/; build first.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** As backend/elenchus/core/interface_files.py says it; a test compares. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** The policy of a page: it may run the scripts that are written in it, and no others. */
export function policy(html) {
  const written = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)].filter(
    ([, attributes]) => !/\ssrc=/i.test(attributes),
  );
  const hashes = new Set(
    written.map(([, , script]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`),
  );
  return POLICY.map((rule) => (rule.startsWith("script-src") ? [rule, ...hashes].join(" ") : rule)).join(
    "; ",
  );
}

/** `pages`: the HTML of each, by its path: "research/index.html". */
export function config(pages) {
  const policies = Object.entries(pages).map(([path, html]) => `  "/${path}" "${policy(html)}";`);
  return `map $uri $policy {
  default "${policy("")}";
${policies.join("\n")}
}
map $uri $kept {
  default "no-cache";
  ~^/_next/static/ "public, max-age=31536000, immutable";
}
map $uri $folder {
  default $uri;
  ~/$ "/-";
}
map $http_x_forwarded_proto $asked_by {
  default $http_x_forwarded_proto;
  "" $scheme;
}
map $asked_by $only_https {
  https "max-age=31536000";
}

server {
  listen 8080;
  root /srv/elenchus;
  server_tokens off;
  absolute_redirect off;
  error_page 404 /404.html;

  charset utf-8;
  charset_types text/css text/javascript text/plain;
  gzip on;
  gzip_vary on;
  gzip_min_length 1024;
  gzip_types text/css text/javascript text/plain application/json application/wasm image/svg+xml;
  types {
    text/html html;
    text/javascript js mjs;
    text/css css;
    text/plain txt;
    application/json json map;
    application/wasm wasm;
    image/svg+xml svg;
    image/png png;
    image/x-icon ico;
    font/woff2 woff2;
    font/ttf ttf;
  }
  default_type application/octet-stream;

  location / {
    if (-f $document_root$folder/index.html) {
      return 307 $uri/$is_args$args;
    }
    try_files $uri \${uri}index.html =404;
    add_header Content-Security-Policy $policy always;
    add_header Cache-Control $kept always;
    add_header Strict-Transport-Security $only_https always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy no-referrer always;
    add_header Cross-Origin-Opener-Policy same-origin always;
    add_header Permissions-Policy "camera=(), geolocation=(), microphone=(), payment=(), usb=()" always;
  }

  location /api/ {
    proxy_pass \${ELENCHUS_API};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $asked_by;
    proxy_set_header Connection "";
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_read_timeout 1h;
    client_max_body_size 0;
  }
}
`;
}

function readPages(out) {
  const files = readdirSync(out, { recursive: true }).filter((file) => file.endsWith(".html"));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(out + file, "utf8")]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(config(readPages(fileURLToPath(new URL("../out/", import.meta.url)))));
}
