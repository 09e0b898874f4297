"""A lease, a supply agreement and a German one; the marks count the passages in order."""

PASSAGES = (
    # 1
    "This Lease is made on 1 March 2024 between Harbour Estates Ltd. (the “Landlord”) and Maria Svensson (the"
    " “Tenant”)."
    " The term begins on 1 April 2024 and ends on 31 March 2026.",
    # 2
    "3. Rent. The Tenant shall pay the Landlord rent of $4,200 per month, in advance, on the first\nday of each"
    " month. A"
    " late charge of 5% of the overdue amount applies to any rent received after the fifth day.",
    # 3
    "5. Assignment. The Tenant shall not assign this Lease without the prior written consent of the Landlord,"
    " unless the"
    " assignee is an affiliate of the Tenant. The Landlord may terminate this Lease on thirty days' written notice if"
    " rent is unpaid for more than two months.",
    # 4
    "8. Repairs. The Landlord shall keep the roof and the outer walls in good repair. The Tenant bears the cost of"
    " minor"
    " repairs up to $250 each, but in no event more than $1,500 per year. The Tenant is not required to insure the"
    " building.",
    # 5
    "4.1 The Supplier shall deliver the Goods within 14 days after receipt of a purchase order. If delivery is"
    " delayed by"
    " more than 21 days, the Buyer may cancel the order and the Supplier shall refund all advance payments. Either"
    " party"
    " may terminate this Agreement for material breach that is not cured within 45 days of written notice.",
    # 6
    "9. Liability. Neither party is liable for indirect or consequential damages. The Supplier's total liability"
    " shall not"
    " exceed EUR 2,000,000 or 120% of the fees paid in the twelve months before the claim, whichever is greater. The"
    " limitation does not apply to fraud or wilful misconduct.",
    # 7
    "11. Licence. The Supplier grants the Buyer a non-exclusive, revocable licence to use the Documentation. The Buyer"
    " shall indemnify the Supplier against claims of the Carrier. This Agreement is governed by the laws of Ireland.",
    # 8
    "§ 4 Kündigung. Der Mieter kann das Mietverhältnis mit einer Frist von drei Monaten zum Monatsende kündigen. Die"
    " Kündigung bedarf der Schriftform. Der Vermieter darf die Miete nicht vor Ablauf von zwei Jahren erhöhen. Die"
    " Kaution beträgt 2.400,00 EUR und ist in drei Raten zu zahlen.",
)

TRUE = (
    "The Tenant pays rent of $4,200 per month in advance [2].",
    "Rent is USD 4,200 a month, due in advance on the 1st of each month [2].",
    "**Monthly rent:** $4,200, payable in advance [2]",
    "Ms Svensson must pay Harbour Estates Ltd. a monthly rent of $4,200 [2].",
    "A late fee of five percent of the overdue amount is charged on rent received after the fifth day [2].",
    "If rent arrives after the fifth day, a late charge of 5 % of the overdue sum applies [2].",
    "The lease runs from April 1, 2024 to March 31, 2026 [1].",
    "The term starts on 2024-04-01 and ends on 2026-03-31 [1].",
    "The lease was made on 1 March 2024 between Harbour Estates Ltd. as landlord and Maria Svensson as tenant [1].",
    "The tenant may not assign the lease without the landlord's prior written consent, unless the assignee is an"
    " affiliate [3].",
    "Assignment requires the Landlord's prior written consent, except to an affiliate of the Tenant [3].",
    "The Tenant is prohibited from assigning the Lease without prior written consent of the Landlord [3].",
    "The Lease may be terminated by the Landlord on 30 days' written notice if rent is unpaid for more than two"
    " months [3].",
    "The Landlord can terminate with thirty (30) days' notice in writing where rent has been unpaid for over two"
    " months [3].",
    "Yes. The landlord is entitled to terminate on thirty days' written notice when rent remains unpaid for more than"
    " two months [3].",
    "The Landlord must keep the roof and outer walls in good repair [4].",
    "- Roof and outer walls: the Landlord must keep them in good repair [4]\n"
    "- Minor repairs: the Tenant bears the cost, up to $250 each and no more than $1,500 per year [4]",
    "Minor repairs cost the Tenant at most $250 each, capped at $1,500 a year [4].",
    "The Tenant does not have to insure the building [4].",
    "The Tenant need not insure the building [4].",
    "Delivery must take place within fourteen days of receipt of a purchase order [5].",
    "The Supplier has to deliver the Goods within 14 days after it receives a purchase order [5].",
    "If delivery is more than 21 days late, the Buyer may cancel the order, and the Supplier must refund all advance"
    " payments [5].",
    "Where delivery is delayed by over 21 days, the order may be cancelled by the Buyer [5].",
    "Each party may terminate for material breach not cured within 45 days of written notice [5].",
    "| Event | Right |\n|---|---|\n| Delay of more than 21 days | The Buyer may cancel the order [5] |\n"
    "| Material breach not cured within 45 days | Either party may terminate [5] |",
    "Neither party is liable for indirect or consequential damages [6].",
    "The parties are not liable for consequential or indirect damages [6].",
    "The Supplier's liability is capped at the greater of EUR 2 million and 120% of the fees paid in the preceding 12"
    " months [6].",
    "Total liability of the Supplier is limited to €2,000,000 or 120 percent of the fees, whichever is greater [6].",
    "The cap does not apply in cases of fraud or wilful misconduct [6].",
    "The Buyer receives a non-exclusive and revocable licence to use the Documentation [7].",
    'The agreement is governed by Irish law: "This Agreement is governed by the laws of Ireland" [7].',
    "The Buyer must indemnify the Supplier against claims of the Carrier [7].",
    "Der Mieter darf mit einer Frist von 3 Monaten zum Monatsende kündigen [8].",
    "Die Kündigung muss schriftlich erfolgen: „Die Kündigung bedarf der Schriftform“ [8].",
    "Die Kaution beträgt 2.400 € und ist in drei Raten zu zahlen [8].",
    "Der Vermieter darf die Miete erst nach Ablauf von zwei Jahren erhöhen [8].",
)

FALSE = (
    "The Tenant pays rent of $4,300 per month in advance [2].",
    "The Tenant pays rent of $4,200 per year in advance [2].",
    "The Tenant pays rent of €4,200 per month in advance [2].",
    "The Tenant pays rent of 4,200 pounds per month in advance [2].",
    "The Tenant pays rent of $4,200 per month in arrears [2].",
    "The Landlord pays the Tenant rent of $4,200 per month [2].",
    "Rent is due on the last day of each month [2].",
    "Rent is due on the fifth day of each month [2].",
    "A late charge of 5 percentage points applies to overdue rent [2].",
    "A late charge of 5% applies to rent received before the fifth day [2].",
    "A late charge of $4,200 applies to any rent received after the fifth day [2].",
    "The term begins on 1 March 2024 [1].",
    "The term ends on 30 March 2026 [1].",
    "The lease is made between Harbour Estates Ltd. as tenant and Maria Svensson as landlord [1].",
    "The Tenant may assign this Lease without the prior written consent of the Landlord [3].",
    "The Tenant shall not assign this Lease with the prior written consent of the Landlord [3].",
    "The Tenant shall not assign this Lease, even if the assignee is an affiliate of the Tenant [3].",
    "The Landlord shall not assign this Lease without the prior written consent of the Tenant [3].",
    "The Tenant may terminate this Lease on thirty days' written notice if rent is unpaid for more than two months"
    " [3].",
    "The Landlord may terminate this Lease on thirty weeks' written notice if rent is unpaid [3].",
    "The Landlord must terminate this Lease on thirty days' written notice if rent is unpaid for more than two"
    " months [3].",
    "The Landlord may terminate this Lease on thirty days' oral notice if rent is unpaid for more than two months [3].",
    "The Landlord may terminate this Lease on two days' written notice if rent is unpaid for more than thirty"
    " months [3].",
    "The Landlord may not terminate this Lease on thirty days' written notice [3].",
    "The Tenant shall keep the roof and the outer walls in good repair [4].",
    "The Landlord may keep the roof and the outer walls in good repair [4].",
    "The Tenant bears the cost of minor repairs of at least $250 each [4].",
    "The Tenant is required to insure the building [4].",
    "The Tenant shall insure the building [4].",
    "The Supplier may deliver the Goods within 14 days after receipt of a purchase order [5].",
    "The Supplier shall deliver the Goods within 21 days after receipt of a purchase order [5].",
    "If delivery is delayed by less than 21 days, the Buyer may cancel the order [5].",
    "If delivery is delayed by more than 21 days, the Supplier may cancel the order and the Buyer shall refund all"
    " advance payments [5].",
    "Both parties are liable for indirect or consequential damages [6].",
    "The Supplier's total liability shall exceed EUR 2,000,000 [6].",
    "The Supplier's total liability shall not exceed EUR 2 billion [6].",
    "The limitation also applies to fraud or wilful misconduct [6].",
    "The Supplier grants the Buyer an exclusive, revocable licence to use the Documentation [7].",
    "The Supplier grants the Buyer a non-exclusive, irrevocable licence to use the Documentation [7].",
    "The Buyer shall indemnify the Carrier against claims of the Supplier [7].",
    "This Agreement is governed by the laws of Scotland [7].",
    "Der Mieter kann das Mietverhältnis mit einer Frist von drei Wochen zum Monatsende kündigen [8].",
    "Der Vermieter kann das Mietverhältnis mit einer Frist von drei Monaten zum Monatsende kündigen [8].",
    "Der Vermieter darf die Miete vor Ablauf von zwei Jahren erhöhen [8].",
    "Die Kaution beträgt 2.500,00 EUR und ist in drei Raten zu zahlen [8].",
)
