"""A distribution, a publishing and a leasing contract, and how disputes are settled."""

PASSAGES = (
    # 1
    "1. The Distributor shall purchase at least 1,200 units per year from the Manufacturer. If purchases fall "
    "below that number, the Manufacturer may appoint additional distributors on 30 days' notice. Prices may be "
    "adjusted every January by the change in the consumer price index.",
    # 2
    "2. The Manufacturer shall replace defective units free of charge, provided that the defect is reported within "
    "14 days of receipt. The Distributor bears the cost of return freight unless the defect is confirmed. Returned "
    "units become the property of the Manufacturer.",
    # 3
    "3. The Publisher shall pay the Author an advance of $40,000, half on signature and half on delivery of the "
    "manuscript. Royalties are 12% of net receipts up to 10,000 copies and 15% thereafter. The Author retains film "
    "rights. The Publisher shall not alter the text without the Author's permission.",
    # 4
    "4. The Lessor shall not be liable for loss of use of the Vehicle. The Lessee may return the Vehicle early on "
    "payment of a fee of three monthly instalments. Mileage above 20,000 kilometres per year is charged at €0.12 "
    "per kilometre. The Lessee is responsible for servicing at the Lessor's approved workshops.",
    # 5
    "5. Disputes shall be finally settled by arbitration in Geneva under the ICC Rules by three arbitrators. The "
    "language of the proceedings is English. Before starting arbitration, the parties shall attempt mediation for "
    "at least 30 days. Each party bears its own legal costs.",
)

TRUE = (
    "The Distributor has to buy at least 1,200 units a year from the Manufacturer [1].",
    "The minimum purchase is 1,200 units per year [1].",
    "If purchases are below 1,200 units, the Manufacturer may appoint additional distributors on thirty days' "
    "notice [1].",
    "Prices may be adjusted each January in line with the consumer price index [1].",
    "Defective units are replaced free of charge if the defect is reported within 14 days of receipt [2].",
    "The Manufacturer must replace defective units at no charge, provided that the defect is reported within 14 "
    "days of receipt [2].",
    "The Distributor bears return freight costs unless the defect is confirmed [2].",
    "If the defect is confirmed, the Distributor does not bear the cost of return freight [2].",
    "Returned units belong to the Manufacturer [2].",
    "The Author receives an advance of $40,000, half on signature and half on delivery of the manuscript [3].",
    "The advance is $40,000, paid in two halves: on signature and on delivery of the manuscript [3].",
    "Royalties are 12% of net receipts for up to 10,000 copies and 15% after that [3].",
    "The Author keeps the film rights [3].",
    "The Publisher may not alter the text without the permission of the Author [3].",
    "The Publisher needs the Author's permission to alter the text [3].",
    "The Lessor is not liable for loss of use of the Vehicle [4].",
    "The Lessee can return the Vehicle early by paying a fee of three monthly instalments [4].",
    "Early return is possible on payment of a fee of three monthly instalments [4].",
    "Mileage over 20,000 kilometres per year costs €0.12 per kilometre [4].",
    "The Lessee must have the Vehicle serviced at workshops approved by the Lessor [4].",
    "Disputes are settled by arbitration in Geneva under the ICC Rules [5].",
    "Arbitration takes place in Geneva before three arbitrators, in English [5].",
    "The parties must attempt mediation for at least 30 days before starting arbitration [5].",
    "Mediation must be attempted for no less than thirty days before arbitration is started [5].",
    "Each party bears its own legal costs [5].",
    "Legal costs are borne by each party itself [5].",
)

FALSE = (
    "The Distributor shall purchase at most 1,200 units per year from the Manufacturer [1].",
    "The Manufacturer shall purchase at least 1,200 units per year from the Distributor [1].",
    "The Distributor may appoint additional distributors on 30 days' notice [1].",
    "If purchases exceed that number, the Manufacturer may appoint additional distributors on 30 days' notice [1].",
    "The Manufacturer may not appoint additional distributors [1].",
    "Prices may be adjusted every March by the change in the consumer price index [1].",
    "Prices must be adjusted every January by the change in the consumer price index [1].",
    "Defective units are replaced free of charge, even if the defect is reported after 14 days [2].",
    "The Distributor shall replace defective units free of charge [2].",
    "The Manufacturer bears the cost of return freight unless the defect is confirmed [2].",
    "The Distributor bears the cost of return freight if the defect is confirmed [2].",
    "Returned units become the property of the Distributor [2].",
    "The Author shall pay the Publisher an advance of $40,000 [3].",
    "The advance is paid in full on signature [3].",
    "Royalties are 15% of net receipts up to 10,000 copies and 12% thereafter [3].",
    "Royalties are 12% of gross receipts up to 10,000 copies [3].",
    "The Publisher retains film rights [3].",
    "The Publisher may alter the text without the Author's permission [3].",
    "The Author shall not alter the text without the Publisher's permission [3].",
    "The Lessor shall be liable for loss of use of the Vehicle [4].",
    "The Lessee shall not be entitled to return the Vehicle early [4].",
    "The Lessor may return the Vehicle early on payment of a fee of three monthly instalments [4].",
    "Mileage below 20,000 kilometres per year is charged at €0.12 per kilometre [4].",
    "Mileage above 20,000 kilometres per month is charged at €0.12 per kilometre [4].",
    "The Lessor is responsible for servicing at the Lessee's approved workshops [4].",
    "Disputes shall be finally settled by arbitration in Zurich [5].",
    "Disputes shall be settled by a sole arbitrator in Geneva [5].",
    "After starting arbitration, the parties shall attempt mediation for at least 30 days [5].",
    "The parties need not attempt mediation before starting arbitration [5].",
    "The losing party bears all legal costs [5].",
)
