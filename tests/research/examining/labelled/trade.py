"""A franchise, the sale of a machine, an employment and a supply contract."""

PASSAGES = (
    # 1
    "2.1 The Franchisee shall pay the Franchisor an initial fee of $35,000 on signing and a royalty of 6% of Gross "
    "Sales, payable weekly on Friday. 2.2 The Franchisee shall spend at least 2% of Gross Sales on local "
    "advertising. 2.3 No part of the initial fee is refundable.",
    # 2
    "4. Territory. The Franchisor grants the Franchisee an exclusive right to operate one Restaurant in the "
    "Territory for ten years. The Franchisor shall not open another Restaurant within five miles of the "
    "Franchisee's Restaurant, unless the Franchisee is in default. The Franchisee may renew for one further term "
    "of five years if it gives notice not more than twelve and not less than six months before expiry.",
    # 3
    "10. Either party may terminate this Agreement with immediate effect by written notice if the other party "
    "becomes insolvent or commits a material breach which it fails to remedy within 30 days after receiving "
    "notice. On termination the Franchisee shall immediately cease to use the Marks and return the Manual. For two "
    "years after termination the Franchisee shall not engage in a competing business within twenty miles of the "
    "Restaurant.",
    # 4
    "3.1 The Seller shall deliver the Machine DDP to the Buyer's plant in Lyon no later than 1 June 2025. Risk "
    "passes to the Buyer on delivery. Title passes to the Buyer upon payment in full of the price of EUR 410,000. "
    "3.2 The Buyer shall inspect the Machine within ten working days after delivery; if it does not notify the "
    "Seller of a defect within that period, the Machine is deemed accepted.",
    # 5
    "5. Warranty. The Seller warrants that the Machine will be free from defects for 24 months from acceptance. "
    "The warranty does not cover wear parts or damage caused by improper use. The Seller shall, at its option, "
    "repair or replace a defective part. The Seller's liability for loss of profit is excluded.",
    # 6
    "Section 8. The Executive shall be entitled to 25 days of paid vacation per calendar year. Unused vacation may "
    "not be carried forward without the approval of the Chief Executive Officer. If the Company terminates the "
    "employment without Cause, the Executive shall receive severance equal to six months' base salary, provided "
    "that the Executive signs a release within 45 days after the termination date.",
    # 7
    "14. The Supplier shall not be required to deliver while any invoice is overdue by more than 15 days. The "
    "Supplier must store the Goods at a temperature between 2 and 8 degrees Celsius. All notices must be in "
    "writing and sent by registered mail. Neither party may assign this Agreement, except that the Supplier may "
    "assign receivables to its bank. The Customer waives any right of set-off.",
)

TRUE = (
    "The Franchisee pays an initial fee of $35,000 when the agreement is signed [1].",
    "The franchisee must pay an initial fee of $35,000 on signing plus a royalty of 6% of Gross Sales [1].",
    "The royalty is 6% of Gross Sales and is paid weekly on Friday [1].",
    "A weekly royalty of 6 percent of Gross Sales is payable to the Franchisor [1].",
    "At least 2% of Gross Sales must be spent on local advertising [1].",
    "The Franchisee is required to spend no less than 2% of Gross Sales on local advertising [1].",
    "The initial fee is not refundable [1].",
    "The initial fee is non-refundable [1].",
    "The Franchisee has the exclusive right to operate one Restaurant in the Territory for ten years [2].",
    "The grant is exclusive and lasts ten years [2].",
    "The Franchisor may not open another Restaurant within five miles of the Franchisee's Restaurant unless the "
    "Franchisee is in default [2].",
    "If the Franchisee is in default, the Franchisor may open another Restaurant within five miles [2].",
    "The Franchisee can renew once, for a further term of five years [2].",
    "Renewal requires notice not more than twelve and not less than six months before expiry [2].",
    "To renew, the Franchisee must give notice between six and twelve months before expiry [2].",
    "Either party may terminate with immediate effect by written notice if the other becomes insolvent [3].",
    "A party may terminate immediately if the other party commits a material breach and does not remedy it within "
    "30 days after receiving notice [3].",
    "A material breach entitles the other party to terminate if it is not remedied within thirty days after notice "
    "[3].",
    "After termination, the Franchisee must immediately stop using the Marks and return the Manual [3].",
    "Upon termination, the Franchisee shall cease to use the Marks and return the Manual [3].",
    "The Franchisee is prohibited from engaging in a competing business within twenty miles of the Restaurant for "
    "two years after termination [3].",
    "The Franchisee must not engage in a competing business within 20 miles of the Restaurant during the two years "
    "after termination [3].",
    "The non-compete lasts two years after termination and covers a radius of twenty miles from the Restaurant [3].",
    "The Machine must be delivered DDP to the Buyer's plant in Lyon by 1 June 2025 [4].",
    "The Seller must deliver the Machine no later than June 1, 2025 [4].",
    "Delivery is due on or before 1 June 2025 [4].",
    "Risk passes to the Buyer on delivery, while title passes upon payment in full [4].",
    "Title passes only upon payment in full of the price of €410,000 [4].",
    "Risk transfers to the Buyer on delivery [4].",
    "The Buyer must inspect the Machine within 10 working days of delivery [4].",
    "The Machine is deemed accepted if the Buyer does not notify the Seller of a defect within ten working days "
    "after delivery [4].",
    "If the Buyer fails to notify the Seller of a defect within that period, the Machine is deemed accepted [4].",
    "The Seller warrants that the Machine is free from defects for 24 months from acceptance [5].",
    "The warranty period is 24 months from acceptance [5].",
    "Wear parts are not covered by the warranty [5].",
    "The warranty excludes wear parts and damage caused by improper use [5].",
    "The Seller can choose to repair or replace a defective part [5].",
    "Liability for loss of profit is excluded [5].",
    "The Seller is not liable for loss of profit [5].",
    "The Executive is entitled to 25 days of paid vacation per calendar year [6].",
    "The Executive has 25 days' paid vacation each calendar year [6].",
    "Unused vacation can only be carried forward with the approval of the Chief Executive Officer [6].",
    "Unused vacation may not be carried forward without the Chief Executive Officer's approval [6].",
    "Carrying forward unused vacation requires the approval of the Chief Executive Officer [6].",
    "If the Company terminates without Cause, the Executive receives severance equal to six months' base salary, "
    "provided that a release is signed within 45 days after the termination date [6].",
    "Severance is equal to six months' base salary [6].",
    "Severance is conditional on the Executive signing a release within 45 days after the termination date [6].",
    "The Executive must sign a release within 45 days after the termination date to receive severance [6].",
    "The Supplier is not required to deliver while an invoice is more than 15 days overdue [7].",
    "The Supplier need not deliver while any invoice is overdue by more than 15 days [7].",
    "The Goods must be stored between 2 and 8 degrees Celsius [7].",
    "Notices must be in writing and sent by registered mail [7].",
    "Neither party may assign the Agreement, except that the Supplier may assign receivables to its bank [7].",
    "The Supplier may assign receivables to its bank [7].",
    "Assignment is prohibited, but the Supplier may assign receivables to its bank [7].",
    "The Customer has waived any right of set-off [7].",
    "The Customer may not set off claims, since it waives any right of set-off [7].",
    "The agreement provides that the Franchisee “shall immediately cease to use the Marks” on termination [3].",
    "Section 8 provides that “[u]nused vacation may not be carried forward without the approval of the Chief "
    "Executive Officer” [6].",
    "> Risk passes to the Buyer on delivery. [4]",
    "> Risk passes to the Buyer on delivery.\n> — Clause 3.1 [4]",
    "1. **Term:** ten years, with one renewal of five years [2].\n2. **Exclusivity:** the right is exclusive [2].",
    "| Topic | Rule |\n|:--|--:|\n| Risk | passes on delivery [4] |\n| Title | passes upon payment in full [4] |",
)

FALSE = (
    "The Franchisee is not permitted to renew [2].",
    "The Franchisor is permitted to open another Restaurant within five miles of the Franchisee's Restaurant [2].",
    "The Franchisee is not entitled to operate a Restaurant in the Territory [2].",
    "The Executive is not entitled to 25 days of paid vacation per calendar year [6].",
    "Unused vacation is permitted to be carried forward without the approval of the Chief Executive Officer [6].",
    "The Supplier is not prohibited from assigning the Agreement; either party may assign [7].",
    "The Supplier is required to deliver while any invoice is overdue by more than 15 days [7].",
    "The Seller shall deliver the Machine after 1 June 2025 [4].",
    "Risk passes to the Seller on delivery [4].",
    "Risk passes to the Buyer before delivery [4].",
    "Title passes to the Buyer before payment in full [4].",
    "The Machine is deemed accepted if the Buyer notifies the Seller of a defect within that period [4].",
    "The Machine is deemed rejected if the Buyer does not notify the Seller of a defect within that period [4].",
    "The warranty covers wear parts [5].",
    "The Seller's liability for loss of profit is included [5].",
    "The Buyer shall, at its option, repair or replace a defective part [5].",
    "The Executive shall receive severance if the Company terminates the employment with Cause [6].",
    "For two years before termination the Franchisee shall not engage in a competing business [3].",
    "For two months after termination the Franchisee shall not engage in a competing business within twenty miles "
    "of the Restaurant [3].",
    "Either party may terminate if the other party remedies a material breach within 30 days after receiving "
    "notice [3].",
    "Only the Franchisor may terminate this Agreement if the other party becomes insolvent [3].",
    "The Franchisee shall continue to use the Marks on termination [3].",
    "The initial fee is refundable [1].",
    "The royalty is payable monthly [1].",
    "The Franchisee shall spend at most 2% of Gross Sales on local advertising [1].",
    "The Franchisor shall spend at least 2% of Gross Sales on local advertising [1].",
    "The Supplier must not store the Goods at a temperature between 2 and 8 degrees Celsius [7].",
    "The Supplier must store the Goods at a temperature between 2 and 80 degrees Celsius [7].",
    "Notices may be oral [7].",
    "The Supplier waives any right of set-off [7].",
    "The Customer does not waive any right of set-off [7].",
    "The Customer may assign receivables to its bank [7].",
    "The Franchisee may renew for two further terms of five years [2].",
    "Notice must be given not less than twelve and not more than six months before expiry [2].",
)
