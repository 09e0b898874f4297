// Runs once, when the MongoDB volume is empty: a user for Elenchus that may use its own database and nothing else.
const name = process.env.ELENCHUS_DB_NAME || "elenchus";
const user = process.env.ELENCHUS_DB_USER;
const password = process.env.ELENCHUS_DB_PASSWORD;
if (!user || !password) {
  throw new Error("Set ELENCHUS_DB_USER and ELENCHUS_DB_PASSWORD for the mongodb service.");
}
db.getSiblingDB(name).createUser({
  user: user,
  pwd: password,
  roles: [{ role: "readWrite", db: name }],
});
