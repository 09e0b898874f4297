/** What the documents of the tests say, page by page. */
export const LEASE = [
  `RESIDENTIAL LEASE

1. Parties. This Lease is made on 1 March 2024 between Harbour Estates Ltd. (the Landlord) and Maria Svensson (the Tenant).

2. Term. The term of this Lease begins on 1 April 2024 and ends on 31 March 2026.`,
  `3. Rent. The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month. A late charge of 5% of the overdue amount applies to any rent received after the fifth day.

4. Security Deposit. The Tenant shall deposit $8,400 with the Landlord as security.

5. Pets. No pets may be kept on the premises without the prior written consent of the Landlord.`,
  `6. Termination. Either party may terminate this Lease by sixty days' written notice to the other party.

7. Governing Law. This Lease is governed by the laws of the State of Maine.`,
];

export const RENT =
  "The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month.";
export const RENT_PAGE = 2;
export const NOTICE =
  "Either party may terminate this Lease by sixty days' written notice to the other party.";
export const NOTICE_PAGE = 3;
