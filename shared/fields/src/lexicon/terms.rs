//! The dictionary: written by hand from what invoices, receipts, forms, cards and labels print.

use super::Concept;

/// Phrases by concept, those of the three languages after one another. Word by word, as [`crate::text::key`] takes them.
pub(crate) const TERMS: &[(Concept, &str)] = &[
    (
        Concept::InvoiceNumber,
        "invoice number|invoice no|invoice id|invoice|inv no|bill number|bill no|tax invoice no|Rechnungsnummer|Rechnung Nr|Rechnungs-Nr|Rechnung|Re-Nr|Beleg Rechnung|numéro de facture|facture n°|facture|n° facture|facture numéro|réf facture|credit note number|Gutschriftnummer",
    ),
    (
        Concept::OrderNumber,
        "order number|order no|order id|order|purchase order|PO number|PO no|PO|your order|Bestellnummer|Bestell-Nr|Auftragsnummer|Auftrag|Auftrags-Nr|Bestellung|numéro de commande|commande n°|n° commande|commande|bon de commande|réf commande",
    ),
    (
        Concept::CustomerNumber,
        "customer number|customer no|customer id|client number|client no|client id|account no|customer ref|Kundennummer|Kunden-Nr|Kundennr|Kd-Nr|numéro client|client n°|n° client|code client|réf client",
    ),
    (
        Concept::ReceiptNumber,
        "receipt number|receipt no|receipt id|receipt|ticket number|ticket no|transaction number|transaction id|transaction no|transaction|Bonnummer|Bon-Nr|Bon|Belegnummer|Beleg-Nr|Beleg|Kassenbon|Quittungsnummer|Quittung Nr|numéro de ticket|ticket n°|ticket|numéro de reçu|reçu n°",
    ),
    (
        Concept::Reference,
        "reference|reference number|reference no|ref|ref no|our reference|your reference|case number|file number|payment reference|Referenz|Referenznummer|Zeichen|Unser Zeichen|Ihr Zeichen|Aktenzeichen|Verwendungszweck|Vorgangsnummer|référence|réf|numéro de référence|numéro de dossier|dossier|communication",
    ),
    (
        Concept::DeliveryNote,
        "delivery note|delivery note number|tracking number|tracking no|shipment number|parcel number|Lieferschein|Lieferscheinnummer|Lieferschein-Nr|Sendungsnummer|bon de livraison|numéro de suivi|bordereau",
    ),
    (
        Concept::ContractNumber,
        "contract number|contract no|contract|policy number|policy no|Vertragsnummer|Vertrag|Policennummer|numéro de contrat|contrat n°|contrat",
    ),
    (
        Concept::MemberNumber,
        "member number|member no|member id|membership number|membership no|student id|student number|employee id|employee number|staff number|personnel number|badge number|Mitgliedsnummer|Mitglieds-Nr|Matrikelnummer|Personalnummer|Personal-Nr|numéro d'adhérent|numéro de membre|numéro d'étudiant|matricule|n° adhérent",
    ),
    (
        Concept::DocumentNumber,
        "document number|document no|document id|number|no|form number|form no|Dokumentnummer|Nummer|Nr|numéro|numéro de document|quote number|quotation number|quotation no|Angebotsnummer|Angebot Nr|devis n°|numéro de devis|application number|application no|Antragsnummer|numéro de demande",
    ),
    (
        Concept::Date,
        "date|as of|as of date|report date|date of report|Stand|Stand vom|Berichtsdatum|au|en date du|situation au|état au|arrêté au|date du rapport|invoice date|date of invoice|receipt date|purchase date|transaction date|document date|bill date|dated|Datum|Rechnungsdatum|Belegdatum|Kaufdatum|Bondatum|Datum der Rechnung|date de facture|date facture|date de facturation|date d'achat|date du ticket|date du document|le",
    ),
    (
        Concept::DueDate,
        "due date|date due|due|due by|payment due|payment due date|pay by|payable by|please pay by|Fälligkeitsdatum|Fälligkeit|fällig am|fällig|zahlbar bis|Zahlungsziel|zu zahlen bis|date d'échéance|échéance|à payer avant|à régler avant|payable avant|date limite de paiement",
    ),
    (
        Concept::OrderDate,
        "order date|date of order|ordered on|ordered|Bestelldatum|Auftragsdatum|bestellt am|date de commande|commandé le",
    ),
    (
        Concept::DeliveryDate,
        "delivery date|date of delivery|delivered on|ship date|shipping date|date of supply|Lieferdatum|Leistungsdatum|geliefert am|Versanddatum|Liefertermin|date de livraison|livré le|date d'expédition",
    ),
    (
        Concept::Period,
        "period|billing period|service period|Zeitraum|Abrechnungszeitraum|Leistungszeitraum|période|période de facturation",
    ),
    (Concept::Time, "time|hour|transaction time|Uhrzeit|Zeit|heure|heure de transaction"),
    (
        Concept::Total,
        "total|grand total|total cost|total value|final total|overall total|receipt total|bill total|total to be paid|total amount|total due|amount due|total payable|total to pay|amount payable|invoice total|order total|total price|total incl VAT|total including VAT|total inc VAT|total incl tax|balance due|total gross|gross total|gross amount|gross|to pay|total sum|sum total|final amount|payment total|amount total|Gesamtbetrag|Gesamtsumme|Gesamt|Summe|Endbetrag|Rechnungsbetrag|Zahlbetrag|zu zahlen|zu zahlender Betrag|Gesamtpreis|Gesamt brutto|Summe brutto|Bruttobetrag|Brutto|Summe EUR|Summe CHF|Betrag gesamt|Total CHF|Total EUR|Total USD|Endsumme|fälliger Betrag|offener Betrag|montant total|total TTC|montant TTC|net à payer|total à payer|à payer|montant à payer|somme totale|total général|montant dû|total TTC à payer|TTC|prix total|montant total TTC",
    ),
    (
        Concept::Subtotal,
        "subtotal|sub total|net|net total|net amount|total net|amount net|total excl VAT|total excluding VAT|total ex VAT|total before tax|net sum|total excl tax|Zwischensumme|Netto|Nettobetrag|Summe netto|Gesamt netto|Nettosumme|Gesamtbetrag netto|Warenwert|sous total|total HT|montant HT|HT|total hors taxes|hors taxes|montant net|total net HT|base HT|montant total HT",
    ),
    (
        Concept::TaxAmount,
        "VAT|tax|tax amount|VAT amount|sales tax|GST|HST|total tax|total VAT|tax total|of which VAT|incl VAT|including VAT|includes VAT|VAT total|MwSt|Mehrwertsteuer|USt|Umsatzsteuer|MwSt Betrag|Steuer|Steuerbetrag|zzgl MwSt|enthaltene MwSt|inkl MwSt|davon MwSt|MwSt gesamt|Umsatzsteuerbetrag|TVA|montant TVA|taxe|taxes|total TVA|dont TVA|montant de la TVA",
    ),
    (
        Concept::TaxRate,
        "VAT rate|tax rate|VAT %|tax %|rate of VAT|tax percent|tax percentage|VAT percent|MwSt Satz|Steuersatz|MwSt %|Mehrwertsteuersatz|USt Satz|USt %|Satz|taux de TVA|taux TVA|TVA %|taux",
    ),
    (
        Concept::Discount,
        "discount|rebate|savings|you save|discount percent|discount percentage|reduction|Rabatt|Nachlass|Skonto|Sie sparen|Ersparnis|Preisnachlass|remise|réduction|rabais|vous économisez",
    ),
    (
        Concept::Shipping,
        "shipping|shipping cost|shipping costs|delivery|delivery charge|postage|freight|carriage|shipping and handling|delivery fee|Versand|Versandkosten|Porto|Lieferkosten|Fracht|frais de port|frais de livraison|livraison|port|frais d'envoi",
    ),
    (
        Concept::Paid,
        "paid|amount paid|amount given|cash|Bar|Bargeld|espèces|en espèces|cash given|cash tendered|tendered|amount tendered|received|payment|payment received|bezahlt|gegeben|Gegeben bar|erhalten|Anzahlung|gezahlt|payé|montant payé|reçu|reçu espèces|montant reçu|acompte|versé|rendu sur",
    ),
    (
        Concept::Change,
        "change|change due|cash back|change given|Rückgeld|zurück|Wechselgeld|monnaie|rendu|à rendre|monnaie rendue|rendu monnaie",
    ),
    (
        Concept::Balance,
        "balance|outstanding|outstanding balance|Saldo|Restbetrag|solde|reste à payer|solde dû",
    ),
    (Concept::Tip, "tip|gratuity|service charge|service|Trinkgeld|Bedienung|pourboire"),
    (
        Concept::Currency,
        "currency|currency code|Währung|Währungscode|devise|monnaie de facturation|code devise",
    ),
    (Concept::Iban, "IBAN|IBAN number|bank account IBAN|compte IBAN|IBAN Nr"),
    (Concept::Bic, "BIC|SWIFT|SWIFT code|BIC SWIFT|SWIFT BIC|code BIC"),
    (
        Concept::Bank,
        "bank|bank name|Bankverbindung|Kreditinstitut|Name der Bank|banque|nom de la banque|établissement bancaire",
    ),
    (
        Concept::AccountHolder,
        "account holder|account name|account owner|beneficiary|payee|Kontoinhaber|Empfänger|Zahlungsempfänger|titulaire|titulaire du compte|bénéficiaire",
    ),
    (
        Concept::AccountNumber,
        "account number|account|bank account|Kontonummer|Konto|Konto-Nr|numéro de compte|compte|n° compte",
    ),
    (
        Concept::VatId,
        "VAT id|VAT number|VAT no|VAT reg no|VAT registration number|VAT reg|tax id|tax id no|GST number|GST no|TIN|EIN|USt-IdNr|USt-ID|UID|UID-Nr|UID-Nummer|Umsatzsteuer-ID|Umsatzsteuer-Identifikationsnummer|MwSt-Nr|Ust Id Nr|numéro de TVA|n° TVA|TVA intracommunautaire|n° TVA intracommunautaire|TVA intracom|id TVA|numéro TVA intracommunautaire|TVA n°|VAT identification number",
    ),
    (
        Concept::TaxNumber,
        "tax number|tax no|company number|company registration number|registration number|company no|registered no|Steuernummer|St-Nr|Steuer-Nr|HRB|Handelsregister|Handelsregisternummer|numéro fiscal|SIRET|SIREN|n° SIRET|numéro SIRET|RCS|numéro SIREN|charity number",
    ),
    (
        Concept::PaymentMethod,
        "payment method|method of payment|payment type|paid by|payment by|pay method|paid with|mode of payment|Zahlungsart|Zahlungsweise|bezahlt mit|Zahlart|Zahlungsmittel|Zahlung|mode de paiement|moyen de paiement|mode de règlement|payé par|paiement|règlement",
    ),
    (
        Concept::PaymentTerms,
        "payment terms|terms|terms of payment|Zahlungsbedingungen|Zahlungskonditionen|Konditionen|conditions de paiement|conditions de règlement|modalités de paiement",
    ),
    (
        Concept::CustomerName,
        "customer name|customer|client|client name|bill to|billed to|invoice to|sold to|buyer|buyer name|recipient|recipient name|invoice recipient|invoiced to|to|for|Kunde|Kundenname|Rechnung an|Rechnungsempfänger|Käufer|Auftraggeber|Name des Kunden|An|Kundin|Empfänger|nom du client|client facturé|facturé à|facture à|destinataire|acheteur|à l'attention de|adressé à",
    ),
    (
        Concept::CustomerAddress,
        "customer address|billing address|bill to address|client address|invoice address|buyer address|recipient address|address customer|Rechnungsadresse|Rechnungsanschrift|Kundenadresse|Kundenanschrift|adresse du client|adresse de facturation|adresse client",
    ),
    (
        Concept::Seller,
        "seller|seller name|vendor|vendor name|supplier|supplier name|merchant|merchant name|shop|shop name|store|store name|from|issuer|issued by|retailer|restaurant|restaurant name|market|Verkäufer|Lieferant|Händler|Geschäft|Aussteller|Rechnungssteller|Filiale|Markt|Laden|von|vendeur|fournisseur|magasin|commerçant|nom du magasin|émetteur|enseigne|nom du fournisseur|vendu par|commerce|boutique",
    ),
    (
        Concept::SellerAddress,
        "seller address|vendor address|supplier address|merchant address|shop address|store address|company address|business address|Adresse des Verkäufers|Firmenadresse|adresse du vendeur|adresse du magasin|adresse du fournisseur|Geschäftsadresse",
    ),
    (
        Concept::ShippingAddress,
        "shipping address|delivery address|ship to|deliver to|Lieferadresse|Lieferanschrift|Lieferung an|adresse de livraison|livrer à|livré à",
    ),
    (
        Concept::Address,
        "address|postal address|home address|full address|mailing address|residential address|venue|Adresse|Anschrift|Wohnanschrift|Wohnadresse|Postanschrift|Ort der Veranstaltung|adresse postale|adresse|domicile|adresse complète",
    ),
    (
        Concept::Street,
        "street|street address|address line 1|address line|street and number|street name|Straße|Straße und Hausnummer|Straße Nr|Straße Hausnummer|Straße und Nr|Str|rue|adresse rue|rue et numéro|n° et rue|numéro et rue|voie",
    ),
    (Concept::PostalCode, "postal code|post code|postcode|zip|zip code|PLZ|Postleitzahl|code postal|CP|NPA"),
    (Concept::City, "city|town|place|city town|town city|Ort|Stadt|Wohnort|ville|commune|localité|PLZ Ort"),
    (Concept::Country, "country|state country|Land|Staat|pays"),
    (
        Concept::Phone,
        "phone|phone number|telephone|telephone number|tel|tel no|contact number|call|contact phone|daytime phone|T|P|Telefon|Telefonnummer|Tel|Fon|Rufnummer|Tel Nr|téléphone|numéro de téléphone|tél|n° téléphone",
    ),
    (
        Concept::Mobile,
        "mobile|mobile phone|mobile number|cell|cell phone|M|Mobil|Mobiltelefon|Handy|Handynummer|Mobilnummer|mobile|portable|téléphone portable|GSM|tél portable|numéro de portable",
    ),
    (Concept::Fax, "fax|fax number|fax no|telefax|F|Faxnummer|télécopie|numéro de fax"),
    (
        Concept::Email,
        "email|e-mail|email address|e-mail address|mail|E|contact email|E-Mail-Adresse|Mailadresse|E-Mail Adresse|courriel|adresse e-mail|adresse électronique|mél|adresse mail",
    ),
    (
        Concept::Website,
        "website|web|web site|url|homepage|internet|web address|W|www|Webseite|Internetadresse|Website|site web|site internet|adresse web",
    ),
    (
        Concept::Person,
        "name|full name|person|person name|contact|contact name|contact person|surname and first name|your name|applicant|applicant name|participant|holder|employee|employee name|patient|patient name|guest|guest name|Name und Vorname|Vor- und Nachname|vollständiger Name|Ansprechpartner|Antragsteller|Teilnehmer|Mitarbeiter|Inhaber|Patient|Gast|Name Vorname|Vorname Name|Vorname und Name|Bearbeiter|nom complet|nom|nom et prénom|prénom et nom|personne|interlocuteur|demandeur|participant|titulaire de la carte|nom prénom|votre nom|nom du patient",
    ),
    (
        Concept::FirstName,
        "first name|given name|given names|forename|firstname|first names|Vorname|Vornamen|Rufname|prénom|prénoms",
    ),
    (
        Concept::LastName,
        "last name|surname|family name|lastname|Nachname|Familienname|Name Familienname|nom|nom de famille|nom de naissance",
    ),
    (
        Concept::JobTitle,
        "job title|title of job|position held|role|job|profession|occupation|function|Beruf|Berufsbezeichnung|Funktion|Position im Unternehmen|Tätigkeit|Stelle|fonction|poste|métier|profession exercée|titre du poste|intitulé du poste",
    ),
    (Concept::Department, "department|dept|division|Abteilung|Bereich|département|service concerné"),
    (
        Concept::Company,
        "company|company name|organization|organisation|organisation name|business name|firm|Firma|Firmenname|Unternehmen|Organisation|entreprise|société|nom de l'entreprise|raison sociale|nom de la société|business",
    ),
    (Concept::Employer, "employer|name of employer|Arbeitgeber|employeur"),
    (
        Concept::BirthDate,
        "date of birth|birth date|birthdate|born|born on|DOB|birthday|Geburtsdatum|geboren am|geb am|geboren|Geburtstag|date de naissance|né le|née le|né(e) le",
    ),
    (
        Concept::BirthPlace,
        "place of birth|birthplace|born in|birth place|Geburtsort|geboren in|lieu de naissance|né à|née à",
    ),
    (
        Concept::Nationality,
        "nationality|citizenship|Staatsangehörigkeit|Nationalität|Staatsbürgerschaft|nationalité|citoyenneté",
    ),
    (Concept::Gender, "gender|sex|Geschlecht|Anrede|sexe|genre|civilité|salutation"),
    (
        Concept::MaritalStatus,
        "marital status|civil status|Familienstand|Zivilstand|situation familiale|état civil|situation de famille",
    ),
    (
        Concept::IdNumber,
        "id number|id no|passport number|passport no|identity card number|id card number|licence number|license number|driving licence number|Ausweisnummer|Passnummer|Personalausweisnummer|Ausweis-Nr|Führerscheinnummer|numéro de passeport|numéro de carte d'identité|pièce d'identité n°|numéro de permis",
    ),
    (
        Concept::InsuranceNumber,
        "insurance number|insurance no|social security number|SSN|national insurance number|NI number|Versicherungsnummer|Sozialversicherungsnummer|Versicherten-Nr|Versichertennummer|Krankenversicherungsnummer|AHV-Nr|numéro de sécurité sociale|numéro d'assuré|n° sécurité sociale|numéro d'assurance",
    ),
    (
        Concept::ExpiryDate,
        "expiry date|expiration date|expires|expires on|valid until|valid to|valid through|valid thru|Gültig bis|Ablaufdatum|gültig|date d'expiration|valable jusqu'au|valable jusqu|expire le|validité",
    ),
    (
        Concept::IssueDate,
        "issue date|date of issue|issued|issued on|date issued|Ausstellungsdatum|ausgestellt am|ausgestellt|date d'émission|date de délivrance|délivré le|émis le|établi le",
    ),
    (
        Concept::StartDate,
        "start date|date from|starts|start|begin|beginning|from date|valid from|arrival|check in|arrival date|departure date|Beginn|Startdatum|Anfang|Eintrittsdatum|Eintritt|Beitrittsdatum|entry date|date of entry|joining date|membership start|joined on|member since|Mitglied seit|membre depuis|valable à partir du|valable à partir de|date d'adhésion|gültig ab|Anreise|ab|date de début|début|à partir du|arrivée|date d'arrivée|date d'entrée",
    ),
    (
        Concept::EndDate,
        "end date|ends|end|until|date to|to date|check out|departure|Ende|Enddatum|bis|Abreise|Austritt|date de fin|fin|jusqu'au|départ|date de départ|date de sortie",
    ),
    (
        Concept::Product,
        "product|product name|item|item name|article|article name|goods|Produkt|Produktname|Artikel|Artikelname|Artikelbezeichnung|Ware|produit|nom du produit|désignation du produit|nom de l'article|dish|task|menu item",
    ),
    (
        Concept::Description,
        "description|item description|details|line description|particulars|service description|Beschreibung|Bezeichnung|Leistung|Text|Artikelbeschreibung|Leistungsbeschreibung|Positionstext|désignation|libellé|description de l'article|prestation|détail",
    ),
    (
        Concept::Price,
        "price|unit price|unit cost|price each|rate|price per unit|each|cost|selling price|sale price|current price|now|price per item|unit rate|our price|Preis|Einzelpreis|Stückpreis|E-Preis|EP|Verkaufspreis|Preis pro Einheit|Aktionspreis|jetzt|Einheitspreis|Stk-Preis|Preis/Stück|nur|prix|prix unitaire|PU|P.U.|prix unitaire HT|PU HT|prix de vente|tarif|maintenant|prix promo|P.U. HT",
    ),
    (
        Concept::OldPrice,
        "old price|was|regular price|previous price|original price|list price|RRP|MSRP|instead of|before|normal price|was price|crossed out price|statt|bisher|UVP|alter Preis|früher|Normalpreis|vorher|Ursprungspreis|Originalpreis|Listenpreis|ancien prix|au lieu de|prix barré|avant|prix normal|prix conseillé|prix initial|prix d'origine|au lieu",
    ),
    (
        Concept::BasePrice,
        "price per kg|price per kilo|price per litre|price per liter|base price|unit price per kg|price per 100 g|price per unit of measure|unit price per kilo|Grundpreis|Kilopreis|Literpreis|Preis pro kg|Preis je kg|prix au kilo|prix au kg|prix au litre|prix de base|prix au l|prix par kg",
    ),
    (
        Concept::Quantity,
        "quantity|qty|count|units|no of items|pcs|hours|pieces|amount of items|number of items|item count|Menge|Anzahl|Stück|Stk|Stückzahl|Std|Stunden|quantité|qté|qte|nombre|nb|heures",
    ),
    (Concept::Unit, "unit|unit of measure|uom|Einheit|ME|Mengeneinheit|Einh|unité|u"),
    (
        Concept::LineAmount,
        "amount|line total|line amount|total price line|item total|sum|value|ext price|extended price|extended amount|Betrag|Gesamtpreis Position|G-Preis|GP|Wert|Positionsbetrag|Zeilensumme|Pos Summe|montant|total ligne|montant ligne|prix total ligne",
    ),
    (
        Concept::ArticleNumber,
        "article number|article no|item number|item no|item code|SKU|product code|part number|part no|product id|product no|product number|code|art no|Artikelnummer|Art-Nr|Artikel-Nr|Artnr|Produktnummer|Teilenummer|Bestell-Nr Artikel|référence article|réf article|code article|code produit|référence produit|réf produit|n° article",
    ),
    (
        Concept::Ean,
        "EAN|barcode|GTIN|UPC|EAN code|EAN 13|EAN code number|bar code|barcode number|Strichcode|Barcode|EAN-Nummer|code-barres|code barre|code EAN|Gencod",
    ),
    (
        Concept::Brand,
        "brand|brand name|make|manufacturer|maker|Marke|Hersteller|Markenname|marque|fabricant|producer",
    ),
    (
        Concept::Weight,
        "weight|net weight|gross weight|content|contents|net content|volume|Gewicht|Nettogewicht|Füllmenge|Inhalt|Nettofüllmenge|poids|poids net|contenu|contenance|volume net",
    ),
    (Concept::Size, "size|dimensions|Größe|Abmessungen|Maße|taille|dimension|pointure"),
    (Concept::Color, "color|colour|Farbe|couleur|coloris"),
    (
        Concept::Origin,
        "origin|country of origin|made in|product of|Herkunft|Herkunftsland|Ursprungsland|Ursprung|origine|pays d'origine|provenance",
    ),
    (
        Concept::BestBefore,
        "best before|best before date|use by|use by date|best before end|sell by|MHD|mindestens haltbar bis|Mindesthaltbarkeitsdatum|zu verbrauchen bis|haltbar bis|DLC|DLUO|DDM|à consommer de préférence avant|à consommer avant|à consommer avant le|à consommer jusqu'au|date limite de consommation",
    ),
    (
        Concept::Cashier,
        "cashier|served by|server|waiter|operator|clerk|your cashier|Kassierer|Bediener|Kassiererin|es bediente Sie|Bedienung durch|Kellner|caissier|caissière|servi par|hôte de caisse|serveur|vendeuse",
    ),
    (
        Concept::Register,
        "register|till|terminal|terminal id|terminal no|till no|register no|checkout|Kasse|Kassen-Nr|Kassennummer|Terminal-ID|Terminalnummer|caisse|caisse n°|n° caisse|n° terminal|table|Tisch|table no",
    ),
    (
        Concept::Card,
        "card number|card no|card|credit card|Kartennummer|Karten-Nr|Karte|numéro de carte|carte|carte bancaire|n° carte",
    ),
    (
        Concept::Title,
        "title|heading|headline|subject|document title|document type|form title|table title|event|event name|Titel|Überschrift|Betreff|Veranstaltung|titre|objet|intitulé|événement|sign text|event title|course|Kurs|cours|course name",
    ),
    (Concept::Signature, "signature|signed|signed by|Unterschrift|unterzeichnet|signature du demandeur"),
    (
        Concept::Position,
        "position|pos|line|line no|item position|line number|row|Position|Pos Nr|lfd Nr|ligne|poste n°|rang|rank",
    ),
    (
        Concept::Remark,
        "remark|remarks|note|notes|comment|comments|message|Bemerkung|Bemerkungen|Hinweis|Anmerkung|Anmerkungen|Kommentar|Notiz|Notizen|remarque|remarques|commentaire|commentaires|observations",
    ),
    (
        Concept::Category,
        "category|type|kind|group|class|Kategorie|Art|Typ|Gruppe|catégorie|genre d'article|groupe|classe",
    ),
    (Concept::Ingredients, "ingredients|Zutaten|ingrédients|composition"),
    (Concept::Stock, "stock|in stock|stock level|Bestand|Lagerbestand|stock disponible|en stock"),
    (
        Concept::Author,
        "author|prepared by|created by|written by|made by|reported by|compiled by|drawn up by|issued by person|Autor|Verfasser|erstellt von|bearbeitet von|verfasst von|Sachbearbeiter|Bearbeiter|Ersteller|auteur|établi par|rédigé par|préparé par|créé par",
    ),
    (
        Concept::Approver,
        "approver|approved by|authorised by|authorized by|checked by|reviewed by|genehmigt von|freigegeben von|geprüft von|approuvé par|validé par|vérifié par|approbateur",
    ),
    (
        Concept::Site,
        "warehouse|depot|site|branch|plant|facility|storage location|store location|location|Lager|Standort|Werk|Niederlassung|Lagerort|Depot|entrepôt|dépôt|site|lieu|agence|magasin de stockage",
    ),
    (
        Concept::Batch,
        "batch|batch number|batch no|batch code|lot|lot number|lot no|Charge|Chargennummer|Chargen-Nr|Los|Losnummer|Los-Nr|numéro de lot|n° de lot",
    ),
    (
        Concept::Fee,
        "fee|annual fee|yearly fee|membership fee|subscription|subscription fee|registration fee|dues|Gebühr|Beitrag|Jahresbeitrag|Mitgliedsbeitrag|Jahresgebühr|Teilnahmegebühr|frais|cotisation|cotisation annuelle|frais d'inscription|frais d'adhésion",
    ),
];
