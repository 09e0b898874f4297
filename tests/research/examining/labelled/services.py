"""A services agreement, a building contract, a shareholders' agreement and a confidentiality agreement."""

PASSAGES = (
    # 1
    "3. Subscription Fees. Customer shall pay Provider a subscription fee of $18,000 per quarter within 45 days "
    "after the invoice date. Overdue amounts bear interest at 1.5% per month. Provider may increase the "
    "subscription fee once per calendar year by no more than 4%, upon at least sixty days' prior written notice.",
    # 2
    "7. Service Levels. Provider shall make the Service available 99.5% of the time in each calendar month. If "
    "availability falls below 99.5%, Customer is entitled to a service credit of 10% of the monthly fee. Service "
    "credits are the sole and exclusive remedy for unavailability. Provider is not liable for downtime caused by "
    "scheduled maintenance.",
    # 3
    "12. Term and Termination. This Agreement begins on 15 January 2025 and continues for an initial term of three "
    "years. It renews automatically for successive one-year periods unless either party gives notice of "
    "non-renewal at least 90 days before the end of the then-current term. Customer may not terminate for "
    "convenience during the initial term. Provider may suspend the Service immediately if Customer fails to pay an "
    "undisputed invoice.",
    # 4
    "6.2 The Contractor shall complete the Works by 30 November 2026. For each day of delay the Contractor shall "
    "pay the Employer liquidated damages of £2,500, up to a maximum of 8% of the Contract Sum. The Employer shall "
    "not be entitled to liquidated damages where the delay is caused by the Employer or the Architect.",
    # 5
    "9. The Contractor shall maintain professional indemnity insurance of not less than £5,000,000 for a period of "
    "twelve years after Practical Completion. The Employer shall insure the existing structures. The Contractor "
    "shall not subcontract the whole of the Works. The Contractor may subcontract parts of the Works with the "
    "Architect's prior written approval.",
    # 6
    "SHAREHOLDERS' AGREEMENT between Lena Okafor (the “Founder”) and Northgate Ventures LLP (the “Investor”). 4.3 "
    "The Founder shall not transfer any Shares before the third anniversary of Completion. The Investor may "
    "transfer its Shares to any member of its group. If the Founder receives an offer from a third party, the "
    "Founder shall first offer the Shares to the Investor at the same price; the Investor has 20 Business Days to "
    "accept.",
    # 7
    "5.1 The Board consists of five directors. The Investor may appoint two directors and the Founder may appoint "
    "three directors. Decisions of the Board require a simple majority. The following matters require the "
    "Investor's consent: issuing new Shares, borrowing more than €250,000, and selling the business.",
    # 8
    "8. Confidentiality. The Recipient shall keep the Confidential Information secret and shall not disclose it to "
    "any third party, except to its professional advisers who are bound by equivalent duties. The Recipient may "
    "disclose Confidential Information where required by law, provided that it notifies the Discloser beforehand. "
    "These duties end four years after disclosure. This Agreement is governed by the laws of Scotland and the "
    "courts of Edinburgh have exclusive jurisdiction.",
)

TRUE = (
    "Customer owes a subscription fee of $18,000 per quarter, payable within 45 days after the invoice date [1].",
    "The quarterly subscription fee is $18,000 [1].",
    "Invoices must be paid within forty-five (45) days of the invoice date [1].",
    "Late payments bear interest at 1.5% per month [1].",
    "Overdue amounts accrue interest at a rate of 1.5 percent per month [1].",
    "Provider can raise the subscription fee once per calendar year by up to 4%, provided it gives at least 60 "
    "days' prior written notice [1].",
    "Any increase is capped at 4% and requires at least sixty days' prior written notice [1].",
    "- **Fee:** $18,000 per quarter [1]\n- **Payment term:** 45 days after the invoice date [1]\n- **Interest:** "
    "1.5% per month on overdue amounts [1]",
    "Provider must make the Service available 99.5% of the time each calendar month [2].",
    "If availability drops below 99.5%, the Customer is entitled to a service credit equal to 10% of the monthly "
    "fee [2].",
    "Service credits are Customer's sole and exclusive remedy for unavailability [2].",
    "Provider bears no liability for downtime caused by scheduled maintenance [2].",
    "Provider is not responsible for downtime due to scheduled maintenance [2].",
    'The agreement states that "Service credits are the sole and exclusive remedy for unavailability" [2].',
    "The Agreement commenced on January 15, 2025 and has an initial term of three years [3].",
    "The initial term is 3 years, starting on 15 January 2025 [3].",
    "It renews automatically for successive one-year periods unless either party gives notice of non-renewal at "
    "least 90 days before the term ends [3].",
    "Either party can prevent renewal by giving notice of non-renewal at least ninety days before the end of the "
    "then-current term [3].",
    "Customer has no right to terminate for convenience during the initial term [3].",
    "Customer cannot terminate for convenience during the initial term [3].",
    "Termination for convenience by Customer is not permitted during the initial term [3].",
    "Provider is entitled to suspend the Service immediately if Customer does not pay an undisputed invoice [3].",
    "If Customer fails to pay an undisputed invoice, Provider may suspend the Service immediately [3].",
    "The Works must be completed by 30 November 2026 [4].",
    "The Contractor is required to complete the Works no later than November 30, 2026 [4].",
    "For every day of delay, the Contractor must pay liquidated damages of £2,500 to the Employer, capped at 8% of "
    "the Contract Sum [4].",
    "Liquidated damages are £2,500 per day of delay, up to a maximum of 8% of the Contract Sum [4].",
    "The Employer is not entitled to liquidated damages if the delay was caused by the Employer or the Architect [4].",
    "No liquidated damages are due where the delay is caused by the Employer or the Architect [4].",
    "The clause provides that “[f]or each day of delay the Contractor shall pay the Employer liquidated damages of "
    "£2,500” [4].",
    "The Contractor must carry professional indemnity insurance of at least £5,000,000 for twelve years after "
    "Practical Completion [5].",
    "Professional indemnity insurance of no less than £5 million must be maintained for 12 years after Practical "
    "Completion [5].",
    "The Employer, not the Contractor, must insure the existing structures [5].",
    "The Employer is responsible for insuring the existing structures [5].",
    "The Contractor must not subcontract the whole of the Works [5].",
    "The Contractor may subcontract parts of the Works only with the Architect's prior written approval [5].",
    "Subcontracting parts of the Works requires the prior written approval of the Architect [5].",
    "Ms Okafor may not transfer any Shares before the third anniversary of Completion [6].",
    "The Founder is locked in: she shall not transfer any Shares before the third anniversary of Completion [6].",
    "The Founder cannot transfer Shares until the third anniversary of Completion [6].",
    "Northgate Ventures LLP may transfer its Shares to any member of its group [6].",
    "If the Founder receives a third-party offer, she must first offer the Shares to the Investor at the same "
    "price [6].",
    "The Investor then has 20 Business Days to accept [6].",
    "The Investor has twenty business days to accept the offer [6].",
    "The Board has five directors [7].",
    "The Board is made up of five directors, two appointed by the Investor and three by the Founder [7].",
    "Of the five directors, the Investor may appoint two and the Founder three [7].",
    "Board decisions require a simple majority [7].",
    "The Investor's consent is required for issuing new Shares, borrowing more than €250,000 and selling the "
    "business [7].",
    "The company may not borrow more than €250,000 without the Investor's consent [7].",
    "The Recipient must keep the Confidential Information secret and must not disclose it to third parties, except "
    "to professional advisers bound by equivalent duties [8].",
    "Disclosure to professional advisers is permitted if they are bound by equivalent duties [8].",
    "Where required by law, the Recipient may disclose Confidential Information, provided that it notifies the "
    "Discloser beforehand [8].",
    "The Recipient must notify the Discloser before making a disclosure required by law [8].",
    "The confidentiality duties end four years after disclosure [8].",
    "The duties of confidentiality last for 4 years after disclosure [8].",
    "The Agreement is governed by Scots law, and the courts of Edinburgh have exclusive jurisdiction [8].",
    "The Agreement is governed by the laws of Scotland [8].",
    "The courts of Edinburgh have exclusive jurisdiction [8].",
    "Yes, but only with prior written approval: the Contractor may subcontract parts of the Works with the "
    "Architect's approval [5].",
    "No. The Customer may not terminate for convenience during the initial term [3].",
    "> Customer may not terminate for convenience during the initial term. [3]",
    'Under clause 6.2, "the Contractor shall complete the Works by 30 November 2026" [4].',
    "Two directors are appointed by the Investor, and three by the Founder [7].",
    "Accordingly, the Contractor would owe £2,500 for each day of delay [4].",
    "| Item | Term |\n|---|---|\n| Fee | $18,000 per quarter [1] |\n| Interest | 1.5% per month [1] |",
    "The sources do not say what happens on insolvency.",
    "I recommend that a qualified lawyer review the agreement.",
)

FALSE = (
    "Customer shall pay Provider a subscription fee of $81,000 per quarter [1].",
    "The subscription fee is $18,000 per month [1].",
    "The annual subscription fee is $18,000 [1].",
    "Provider shall pay Customer a subscription fee of $18,000 per quarter [1].",
    "The fee is payable within 45 business days after the invoice date [1].",
    "The fee is payable within 45 days before the invoice date [1].",
    "The fee is payable within 60 days after the invoice date [1].",
    "Overdue amounts bear interest at 4% per month [1].",
    "Overdue amounts bear interest at 1.5% per year [1].",
    "Overdue amounts bear no interest [1].",
    "Customer may increase the subscription fee once per calendar year by no more than 4% [1].",
    "Provider may increase the subscription fee by no less than 4% [1].",
    "Provider may increase the subscription fee twice per calendar year by no more than 4% [1].",
    "Provider may decrease the subscription fee once per calendar year by no more than 4% [1].",
    "Provider may increase the subscription fee once per calendar year by no more than 4% without notice [1].",
    "Provider must increase the subscription fee once per calendar year by 4% [1].",
    "Provider shall make the Service available 95.5% of the time in each calendar month [2].",
    "Provider may make the Service available 99.5% of the time in each calendar month [2].",
    "If availability exceeds 99.5%, Customer is entitled to a service credit of 10% of the monthly fee [2].",
    "If availability rises above 99.5%, Customer is entitled to a service credit of 10% of the monthly fee [2].",
    "Customer is entitled to a service credit of 10% of the annual fee [2].",
    "Provider is entitled to a service credit of 10% of the monthly fee [2].",
    "Service credits are not the sole and exclusive remedy for unavailability [2].",
    "Service credits are a non-exclusive remedy for unavailability [2].",
    "Service credits are in addition to any other remedy for unavailability [2].",
    "Provider is liable for downtime caused by scheduled maintenance [2].",
    "Customer is not liable for downtime caused by scheduled maintenance [2].",
    "Provider is not liable for downtime caused by unscheduled maintenance [2].",
    "This Agreement begins on 25 January 2025 [3].",
    "This Agreement ends on 15 January 2025 [3].",
    "The initial term is three months [3].",
    "The agreement renews automatically for successive three-year periods [3].",
    "It does not renew automatically [3].",
    "It renews only if either party gives notice at least 90 days before the end of the then-current term [3].",
    "Notice of non-renewal must be given at most 90 days before the end of the then-current term [3].",
    "Customer may terminate for convenience during the initial term [3].",
    "Provider may not terminate for convenience during the initial term [3].",
    "Customer may not terminate for cause during the initial term [3].",
    "Customer may not terminate for convenience after the initial term [3].",
    "Provider may suspend the Service immediately if Customer pays an undisputed invoice [3].",
    "Provider may suspend the Service immediately if Customer fails to pay a disputed invoice [3].",
    "Customer may suspend the Service immediately if Provider fails to pay an undisputed invoice [3].",
    "The Contractor shall complete the Works after 30 November 2026 [4].",
    "The Employer shall complete the Works by 30 November 2026 [4].",
    "The Employer shall pay the Contractor liquidated damages of £2,500 for each day of delay [4].",
    "For each week of delay the Contractor shall pay liquidated damages of £2,500 [4].",
    "Liquidated damages are unlimited [4].",
    "Liquidated damages are at least 8% of the Contract Sum [4].",
    "Liquidated damages are not capped [4].",
    "The Employer is entitled to liquidated damages where the delay is caused by the Architect [4].",
    "The Contractor shall maintain professional indemnity insurance of not more than £5,000,000 [5].",
    "The Contractor shall maintain professional indemnity insurance of £5,000,000 for twelve months after "
    "Practical Completion [5].",
    "The Contractor shall maintain insurance for twelve years before Practical Completion [5].",
    "The Contractor shall insure the existing structures [5].",
    "The Contractor may subcontract the whole of the Works [5].",
    "The Contractor may subcontract the whole of the Works with the Architect's prior written approval [5].",
    "The Contractor may subcontract parts of the Works without the Architect's approval [5].",
    "The Contractor may subcontract parts of the Works [5].",
    "The Contractor may subcontract parts of the Works with the Employer's prior written approval [5].",
    "The Contractor may subcontract parts of the Works with the Architect's oral approval [5].",
    "The Investor shall not transfer any Shares before the third anniversary of Completion [6].",
    "The Founder shall not transfer any Shares after the third anniversary of Completion [6].",
    "The Founder shall not transfer any Shares before the second anniversary of Completion [6].",
    "Ms Okafor may transfer any Shares before the third anniversary of Completion [6].",
    "Northgate Ventures LLP shall not transfer any Shares before the third anniversary of Completion [6].",
    "The Founder may transfer its Shares to any member of its group [6].",
    "The Investor shall first offer the Shares to the Founder at the same price [6].",
    "The Founder shall first offer the Shares to the Investor at a higher price [6].",
    "The Investor has 20 days to accept [6].",
    "The Founder has 20 Business Days to accept [6].",
    "Lena Okafor, the Investor, may transfer its Shares [6].",
    "The Investor may appoint three directors and the Founder may appoint two directors [7].",
    "The Investor may appoint five directors [7].",
    "The Founder may appoint two directors [7].",
    "Decisions of the Board require a unanimous vote [7].",
    "Decisions of the Board require a two-thirds majority [7].",
    "Borrowing less than €250,000 requires the Investor's consent [7].",
    "Borrowing more than €250,000 requires the Founder's consent [7].",
    "Borrowing more than €250,000 does not require the Investor's consent [7].",
    "Selling the business does not require anyone's consent [7].",
    "The Recipient shall not keep the Confidential Information secret [8].",
    "The Recipient shall disclose Confidential Information to any third party [8].",
    "The Discloser shall keep the Confidential Information secret [8].",
    "The Recipient must not disclose it to any third party, including its professional advisers [8].",
    "The Recipient may disclose Confidential Information where required by law, without notifying the Discloser [8].",
    "The Recipient may disclose it where required by law, provided that it notifies the Discloser afterwards [8].",
    "These duties begin four years after disclosure [8].",
    "These duties end four months after disclosure [8].",
    "These duties end five years after disclosure [8].",
    "These duties are perpetual [8].",
    "This Agreement is governed by the laws of England [8].",
    "The courts of Glasgow have exclusive jurisdiction [8].",
    "The courts of Edinburgh have non-exclusive jurisdiction [8].",
    'The agreement says "Service credits are a sole and exclusive remedy for all unavailability" [2].',
    'The contract states: "Customer may terminate for convenience during the initial term" [3].',
    '“Provider may suspend the Service … if Customer fails to pay” is stated in the contract, and "The Contractor '
    'may subcontract the Works" [5].',
    "The contract says “The Employer shall … be entitled to liquidated damages” [4].",
    "The Founder shall not transfer any Shares [6]. The Investor has 20 Business Days to accept [7].",
    "Practical Completion occurs twelve years after the contract sum is paid [5].",
    "It is not the case that the Contractor shall maintain professional indemnity insurance [5].",
)
