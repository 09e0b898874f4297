"""An employment contract, a loan, a confidentiality agreement, a French and a Spanish contract."""

PASSAGES = (
    # 1
    "2. Remuneration. The Company shall pay the Employee a gross salary of £62,500 per annum in twelve equal monthly"
    " instalments. The Employee may receive a bonus of up to 15% of the annual salary. The Company is under no"
    " obligation"
    " to pay a bonus in any year.",
    # 2
    "6. Restrictions. For a period of nine months after the Termination Date the Employee shall not, without the prior"
    " consent of the Company, solicit any Client within a radius of fifty miles of the London office. Nothing in this"
    " clause prevents the Employee from holding up to 3% of the shares of a listed company.",
    # 3
    "This Contract is made on 14 June 2023 between Brightwater Analytics plc (“the Company”) and Dr Tomás Herrera (“the"
    " Employee”). Either party may end the employment by giving not less than three months' notice in writing.",
    # 4
    "4. Interest. The Borrower shall pay interest on the Loan at a rate of 6.25% per annum, payable quarterly in"
    " arrears."
    " Upon an Event of Default the rate increases by two percentage points. The Borrower may prepay the Loan in"
    " whole or"
    " in part at any time without premium or penalty, upon at least ten Business Days' notice to the Lender.",
    # 5
    "7. Security. The Loan is secured by a first-ranking mortgage over the Property. The Lender shall release the"
    " mortgage"
    " within 30 days after repayment in full. The Guarantor guarantees to the Lender the obligations of the"
    " Borrower, but"
    " not the costs of enforcement.",
    # 6
    "3. Exclusions. Confidential Information does not include information which is or becomes public other than"
    " through a"
    " breach by the Recipient. The Recipient shall return or destroy all copies within 10 days of the Discloser's"
    " written"
    " request. The obligations of confidentiality survive for five years after the expiry of this Agreement.",
    # 7
    "Article 5. Le Prestataire doit livrer le logiciel au Client au plus tard le 30 septembre 2025. En cas de"
    " retard, le"
    " Client peut appliquer une pénalité de 1 500 euros par semaine. Le Client ne peut pas céder le contrat sans"
    " l'accord"
    " écrit du Prestataire.",
    # 8
    "Cláusula 6. El Arrendatario deberá pagar una renta mensual de 1.250 euros dentro de los primeros siete días"
    " de cada"
    " mes. El Arrendador no podrá resolver el contrato antes del 31 de diciembre de 2026. El Arrendatario puede"
    " subarrendar la vivienda con el consentimiento escrito del Arrendador.",
)

TRUE = (
    "The Employee earns a gross salary of £62,500 a year, paid in 12 equal monthly instalments [1].",
    "The Company must pay the Employee £62,500 gross per annum in twelve monthly instalments [1].",
    "A bonus of at most 15% of the annual salary may be paid, but the Company has no obligation to pay one [1].",
    "The Company is not obliged to pay a bonus in any year [1].",
    "For nine months after the Termination Date, the Employee must not solicit any Client within fifty miles of the"
    " London office without the Company's prior consent [2].",
    "The employee is prohibited from soliciting clients within a 50-mile radius of the London office for 9 months after"
    " the Termination Date, unless the Company consents [2].",
    "The Employee may hold up to three per cent of the shares of a listed company [2].",
    "Dr Herrera may not solicit any Client for nine months after the Termination Date without prior consent [2].",
    "The contract was made on June 14, 2023 between Brightwater Analytics plc and Dr Tomás Herrera [3].",
    "Either side can end the employment with at least three months' written notice [3].",
    "The employment may be ended by either party on not less than 3 months' notice in writing [3].",
    "**Notice period:** not less than three months, in writing [3]",
    "Interest is 6.25 % per annum, payable quarterly in arrears [4].",
    "The Borrower has to pay interest at 6.25% a year, quarterly in arrears [4].",
    "On an Event of Default, the interest rate rises by two percentage points [4].",
    "The Borrower is entitled to prepay all or part of the Loan at any time without penalty, on at least 10 Business"
    " Days' notice to the Lender [4].",
    "Prepayment is possible at any time, in whole or in part, without premium or penalty [4].",
    "- Rate: 6.25% per annum [4]\n- Payment: quarterly in arrears [4]\n- Default: two percentage points more [4]",
    "The Loan is secured by a first-ranking mortgage over the Property [5].",
    "After repayment in full, the Lender must release the mortgage within thirty days [5].",
    "The mortgage shall be released by the Lender within 30 days after full repayment [5].",
    "The Guarantor guarantees the Borrower's obligations to the Lender, except the costs of enforcement [5].",
    "The guarantee does not cover the costs of enforcement [5].",
    "Information that becomes public other than through a breach by the Recipient is not Confidential Information [6].",
    "The Recipient must return or destroy all copies within ten days of a written request by the Discloser [6].",
    "Confidentiality obligations continue for 5 years after this Agreement expires [6].",
    "1. **Return.** All copies must be returned or destroyed within 10 days of written request [6].\n"
    "2. **Survival.** The obligations survive for five years after expiry [6].",
    "| Topic | Term |\n|---|---|\n| Return of copies | within 10 days of the Discloser's written request [6] |\n"
    "| Survival | five years after expiry [6] |",
    "Le Prestataire est tenu de livrer le logiciel au plus tard le 30/09/2025 [7].",
    "En cas de retard, une pénalité de 1 500 € par semaine peut être appliquée par le Client [7].",
    "Le contrat précise : « Le Client ne peut pas céder le contrat sans l'accord écrit du Prestataire » [7].",
    "Le Client ne peut céder le contrat qu'avec l'accord écrit du Prestataire [7].",
    "El Arrendatario debe pagar una renta mensual de 1.250 € dentro de los primeros siete días de cada mes [8].",
    "El Arrendador no puede resolver el contrato antes del 31 de diciembre de 2026 [8].",
    "El Arrendatario podrá subarrendar la vivienda con consentimiento escrito del Arrendador [8].",
)

FALSE = (
    "The Company shall pay the Employee a gross salary of £65,200 per annum [1].",
    "The Company shall pay the Employee a gross salary of £62,500 per month [1].",
    "The Company shall pay the Employee a net salary of £62,500 per annum [1].",
    "The Company shall pay the Employee a gross salary of $62,500 per annum [1].",
    "The Employee shall pay the Company a gross salary of £62,500 per annum [1].",
    "The Employee shall receive a bonus of up to 15% of the annual salary [1].",
    "The Employee may receive a bonus of at least 15% of the annual salary [1].",
    "The Company is under an obligation to pay a bonus in every year [1].",
    "For a period of nine months after the Termination Date the Employee may solicit any Client [2].",
    "For a period of nine months before the Termination Date the Employee shall not solicit any Client [2].",
    "For a period of nine years after the Termination Date the Employee shall not solicit any Client [2].",
    "For a period of nine months after the Termination Date the Company shall not solicit any Client without the prior"
    " consent of the Employee [2].",
    "The Employee shall not solicit any Client within a radius of fifty kilometres of the London office [2].",
    "The Employee shall not solicit any Client within a radius of fifty miles of the Leeds office [2].",
    "This clause prevents the Employee from holding up to 3% of the shares of a listed company [2].",
    "This Contract is made on 4 June 2023 between Brightwater Analytics plc and Dr Tomás Herrera [3].",
    "Either party may end the employment by giving not more than three months' notice in writing [3].",
    "Only the Company may end the employment by giving not less than three months' notice in writing [3].",
    "Either party may end the employment by giving not less than three months' notice orally [3].",
    "The Borrower shall pay interest on the Loan at a rate of 6.25% per annum, payable quarterly in advance [4].",
    "The Borrower shall pay interest on the Loan at a rate of 6.52% per annum [4].",
    "The Lender shall pay interest on the Loan at a rate of 6.25% per annum [4].",
    "Upon an Event of Default the rate increases by 2% [4].",
    "Upon an Event of Default the rate decreases by two percentage points [4].",
    "The Borrower must prepay the Loan in whole or in part at any time without premium or penalty [4].",
    "The Borrower may not prepay the Loan in whole or in part at any time [4].",
    "The Borrower may prepay the Loan upon at most ten Business Days' notice to the Lender [4].",
    "The Loan is secured by a second-ranking mortgage over the Property [5].",
    "The Lender shall release the mortgage within 30 days before repayment in full [5].",
    "The Borrower shall release the mortgage within 30 days after repayment in full [5].",
    "The Guarantor guarantees to the Borrower the obligations of the Lender [5].",
    "The Guarantor guarantees to the Lender the obligations of the Borrower and also the costs of enforcement [5].",
    "Confidential Information includes information which is or becomes public other than through a breach by the"
    " Recipient [6].",
    "The Discloser shall return or destroy all copies within 10 days of the Recipient's written request [6].",
    "The Recipient shall return or destroy all copies within 10 months of the Discloser's written request [6].",
    "The obligations of confidentiality survive for ten years after the expiry of this Agreement [6].",
    "The obligations of confidentiality do not survive the expiry of this Agreement [6].",
    "Le Client doit livrer le logiciel au Prestataire au plus tard le 30 septembre 2025 [7].",
    "Le Prestataire peut livrer le logiciel au Client au plus tard le 30 septembre 2025 [7].",
    "Le Client peut appliquer une pénalité de 1 500 euros par jour [7].",
    "Le Client peut céder le contrat sans l'accord écrit du Prestataire [7].",
    "El Arrendatario deberá pagar una renta anual de 1.250 euros [8].",
    "El Arrendador podrá resolver el contrato antes del 31 de diciembre de 2026 [8].",
    "El Arrendatario puede subarrendar la vivienda sin el consentimiento escrito del Arrendador [8].",
)
