"""What can stand on a page: for each concept its type and format in a schema, English names of the property, names in German and
French, a description, and how pages label it in each language."""

from typing import NamedTuple


class Concept(NamedTuple):
    type: str
    format: str
    names: list
    german: str
    french: str
    description: str
    labels: dict


def concept(kind, names, german, french, description, en="", de="", fr=""):
    """`kind` is a type, or a type and a format: `string:date`. Labels are separated by `|`."""
    json_type, _, json_format = kind.partition(":")
    labels = {"en": en.split("|"), "de": de.split("|"), "fr": fr.split("|")}
    return Concept(json_type, json_format, names.split(), german, french, description, labels)


MONEY = "Amount as a number, without the currency"
CONCEPTS = {
    "invoice_number": concept("string", "invoice_number invoice_no invoice_id", "rechnungsnummer", "numero_facture", "Number of the invoice as printed",
        "Invoice No.|Invoice number|Invoice #", "Rechnungsnummer|Rechnungs-Nr.|Rechnung Nr.", "Facture n°|N° de facture|Numéro de facture"),
    "invoice_date": concept("string:date", "invoice_date issue_date date_of_issue", "rechnungsdatum", "date_facture", "Date of issue, YYYY-MM-DD",
        "Invoice date|Date of issue|Issued", "Rechnungsdatum|Ausstellungsdatum", "Date de facture|Date d'émission"),
    "due_date": concept("string:date", "due_date payment_due payment_due_date", "zahlbar_bis", "date_echeance", "Last day of payment, YYYY-MM-DD",
        "Due date|Payment due|Due by", "Zahlbar bis|Fällig am|Fälligkeit", "Échéance|Date d'échéance|À payer avant le"),
    "customer_number": concept("string", "customer_number customer_no client_number", "kundennummer", "numero_client", "The seller's number of the customer",
        "Customer No.|Customer number|Client no.", "Kundennummer|Kunden-Nr.|Kd.-Nr.", "N° client|Numéro client|Référence client"),
    "order_number": concept("string", "order_number order_no", "bestellnummer", "numero_commande", "Number of the order",
        "Order No.|Order number|Your order", "Bestellnummer|Bestell-Nr.|Ihre Bestellung", "N° de commande|Commande n°"),
    "vendor": concept("string", "vendor_name seller supplier_name", "verkaeufer", "fournisseur", "Name of the company that sends the invoice"),
    "customer": concept("string", "customer_name bill_to_name recipient", "kunde", "client", "Name of the person or company that is billed",
        "Bill to|Billed to|Customer", "Rechnung an|Kunde|Empfänger", "Facturé à|Client|Destinataire"),
    "contact": concept("string", "contact_person contact_name", "ansprechpartner", "interlocuteur", "Person to ask",
        "Contact|Contact person", "Ansprechpartner|Bearbeiter", "Contact|Votre interlocuteur"),
    "phone": concept("string", "phone phone_number telephone", "telefon", "telephone", "Telephone number",
        "Phone|Tel.|Telephone", "Telefon|Tel.", "Tél.|Téléphone"),
    "mobile": concept("string", "mobile mobile_phone cell_phone", "mobiltelefon", "portable", "Number of the mobile telephone",
        "Mobile|Cell", "Mobil|Handy", "Mobile|Portable"),
    "fax": concept("string", "fax fax_number", "faxnummer", "telecopie", "Fax number", "Fax", "Telefax|Fax", "Télécopie|Fax"),
    "email": concept("string:email", "email email_address contact_email", "e_mail_adresse", "courriel", "E-mail address", "E-mail|Email", "E-Mail", "E-mail|Courriel"),
    "website": concept("string", "website web_address", "webseite", "site_web", "Address of the website", "Web|Website", "Web|Internet", "Web|Site"),
    "tax_id": concept("string", "vat_id tax_id vat_number", "ust_id", "numero_tva", "VAT identification number without spaces",
        "VAT No.|Tax ID|VAT number", "USt-IdNr.|USt-ID", "N° TVA|TVA intracom."),
    "iban": concept("string", "iban bank_account_iban", "iban", "iban", "IBAN without spaces", "IBAN", "IBAN", "IBAN"),
    "bank": concept("string", "bank_name bank", "bankname", "banque", "Name of the bank", "Bank", "Bank|Kreditinstitut", "Banque"),
    "net": concept("number", "subtotal net_amount net_total", "nettobetrag", "total_ht", MONEY,
        "Subtotal|Net amount|Net total", "Nettobetrag|Zwischensumme|Summe netto", "Total HT|Montant HT|Sous-total HT"),
    "tax_rate": concept("number", "tax_rate vat_rate tax_percent", "steuersatz", "taux_tva", "Tax rate in percent, as a number"),
    "tax": concept("number", "tax_amount vat_amount tax", "mehrwertsteuer", "montant_tva", MONEY, "VAT|Tax|Sales tax", "MwSt.|USt.|Umsatzsteuer", "TVA|Montant TVA"),
    "total": concept("number", "total_amount total grand_total amount_due", "gesamtbetrag", "montant_total", MONEY,
        "Total|Total amount|Amount due|Grand total", "Gesamtbetrag|Rechnungsbetrag|Summe|Gesamt", "Total TTC|Montant total|Net à payer|Total à payer"),
    "currency": concept("string", "currency currency_code", "waehrung", "devise", "ISO 4217 code"),
    "discount": concept("number", "discount discount_amount rebate", "rabatt", "remise", MONEY, "Discount", "Rabatt", "Remise"),
    "shipping": concept("number", "shipping_cost shipping delivery_fee", "versandkosten", "frais_de_port", MONEY, "Shipping", "Versandkosten", "Frais de port"),
    "store": concept("string", "store_name merchant_name shop", "geschaeft", "magasin", "Name of the shop"),
    "address": concept("string", "street_address street address_line", "strasse", "rue", "Street and house number",
        "Street|Address|Street address", "Straße|Straße, Hausnr.|Anschrift", "Rue|Adresse|Adresse postale"),
    "city": concept("string", "city town", "ort", "ville", "City without postal code", "City|Town", "Ort|Wohnort", "Ville|Commune"),
    "postcode": concept("string", "postal_code zip_code postcode", "plz", "code_postal", "Postal code", "ZIP code|Postcode", "PLZ|Postleitzahl", "Code postal|CP"),
    "receipt_number": concept("string", "receipt_number receipt_no transaction_id", "bon_nummer", "numero_ticket", "Number of the receipt",
        "Receipt|Receipt no.|Trans. no.", "Bon-Nr.|Beleg-Nr.|Bon", "Ticket n°|Ticket|N° ticket"),
    "date": concept("string:date", "date purchase_date transaction_date", "datum", "date_achat", "Date, YYYY-MM-DD", "Date", "Datum", "Date"),
    "time": concept("string", "time purchase_time", "uhrzeit", "heure", "Time as HH:MM", "Time", "Uhrzeit|Zeit", "Heure"),
    "cashier": concept("string", "cashier served_by", "kassierer", "caissier", "Name of the cashier", "Cashier|Served by", "Kassierer|Es bediente Sie", "Caissier|Servi par"),
    "register": concept("integer", "register_number till register", "kasse", "caisse", "Number of the till", "Register|Till", "Kasse", "Caisse"),
    "paid": concept("number", "amount_paid cash_given paid", "gegeben", "montant_recu", MONEY, "Cash|Paid", "Gegeben|Bar", "Espèces|Reçu"),
    "change": concept("number", "change_due change change_given", "rueckgeld", "monnaie_rendue", MONEY, "Change|Change due", "Rückgeld|Zurück", "Rendu|Monnaie rendue"),
    "tip": concept("number", "tip gratuity tip_amount", "trinkgeld", "pourboire", MONEY),
    "product": concept("string", "product_name product item_name", "produkt", "produit", "Name of the product", "Product|Item", "Artikel|Produkt", "Produit|Désignation"),
    "price": concept("number", "price retail_price unit_price", "preis", "prix", MONEY, "Price|Our price", "Preis|Unser Preis", "Prix|Prix TTC"),
    "old_price": concept("number", "old_price regular_price was_price", "alter_preis", "ancien_prix", MONEY, "Was|Regular price", "Statt|Bisher", "Au lieu de|Ancien prix"),
    "article_number": concept("string", "article_number sku item_number", "artikelnummer", "reference", "Article number", "Item no.|SKU|Art. no.", "Art.-Nr.|Artikelnummer", "Réf.|Référence|Réf. article"),
    "barcode": concept("string", "barcode ean gtin", "ean_code", "code_barres", "EAN-13, digits only", "EAN", "EAN", "EAN"),
    "weight": concept("string", "weight net_weight content", "gewicht", "poids_net", "Weight with its unit", "Net weight|Content", "Nettogewicht|Inhalt", "Poids net|Contenu"),
    "best_before": concept("string:date", "best_before expiry_date best_before_date", "haltbar_bis", "a_consommer_avant", "Date, YYYY-MM-DD",
        "Best before|Use by", "Mindestens haltbar bis|Haltbar bis", "À consommer avant le|DDM"),
    "origin": concept("string", "country_of_origin origin", "herkunft", "origine", "Where it comes from", "Origin|Product of", "Herkunft|Ursprung", "Origine|Pays d'origine"),
    "lot": concept("string", "lot_number batch batch_number", "charge", "numero_lot", "Number of the lot", "Lot|Batch", "Charge|Los", "Lot|N° de lot"),
    "person": concept("string", "full_name name person_name", "name", "nom_complet", "First and last name", "Name|Full name", "Name|Vor- und Nachname", "Nom|Nom et prénom"),
    "first_name": concept("string", "first_name given_name", "vorname", "prenom", "First name", "First name|Given name", "Vorname", "Prénom"),
    "last_name": concept("string", "last_name surname family_name", "nachname", "nom_de_famille", "Last name", "Last name|Surname", "Nachname|Familienname", "Nom|Nom de famille"),
    "job": concept("string", "job_title position role", "position", "fonction", "What the person does in the company", "Position|Occupation", "Beruf|Tätigkeit", "Profession|Fonction"),
    "company": concept("string", "company company_name organization", "firma", "entreprise", "Name of the company", "Company|Employer", "Firma|Arbeitgeber", "Société|Employeur"),
    "birth_date": concept("string:date", "date_of_birth birth_date", "geburtsdatum", "date_de_naissance", "Date, YYYY-MM-DD", "Date of birth|Born", "Geburtsdatum|Geboren am", "Date de naissance|Né(e) le"),
    "birth_place": concept("string", "place_of_birth birth_place", "geburtsort", "lieu_de_naissance", "Where the person was born", "Place of birth", "Geburtsort", "Lieu de naissance"),
    "nationality": concept("string", "nationality citizenship", "staatsangehoerigkeit", "nationalite", "As printed", "Nationality|Citizenship", "Staatsangehörigkeit|Nationalität", "Nationalité"),
    "member_number": concept("string", "membership_number member_id policy_number", "mitgliedsnummer", "numero_adherent", "Number as printed",
        "Membership no.|Member ID", "Mitgliedsnummer|Mitglieds-Nr.", "N° d'adhérent|Numéro d'adhérent"),
    "start_date": concept("string:date", "start_date entry_date", "beginn", "date_debut", "First day, YYYY-MM-DD", "Start date|Valid from", "Beginn|Gültig ab", "Date de début|Valable à partir du"),
    "fee": concept("number", "annual_fee fee yearly_fee", "jahresbeitrag", "cotisation_annuelle", MONEY, "Annual fee|Yearly fee", "Jahresbeitrag|Beitrag im Jahr", "Cotisation annuelle"),
    "height": concept("integer", "height_cm body_height_cm", "groesse_cm", "taille_cm", "Height in centimetres"),
    "emergency_contact": concept("string", "emergency_contact emergency_contact_name", "notfallkontakt", "contact_urgence", "Person to call in an emergency"),
    "title": concept("string", "title document_title heading", "titel", "titre", "Heading of the page"),
    "author": concept("string", "prepared_by author", "erstellt_von", "auteur", "Who made the report", "Prepared by|Author", "Erstellt von|Bearbeiter", "Établi par|Auteur"),
    "report_date": concept("string:date", "report_date as_of_date", "stand", "date_rapport", "Date, YYYY-MM-DD", "As of|Report date", "Stand|Datum", "Au|Date du rapport"),
    "warehouse": concept("string", "warehouse location site", "lager", "entrepot", "Place of the stock", "Warehouse|Location", "Lager|Standort", "Entrepôt|Site"),
    "approved_by": concept("string", "approved_by approver", "genehmigt_von", "approuve_par", "Who approved it"),
}
# Columns of line items and tables: type, English names, label by language.
COLUMNS = {
    "position": ("integer", ["position", "line_number"], {"en": ["#", "No."], "de": ["Pos."], "fr": ["N°"]}),
    "code": ("string", ["code", "item_code", "sku"], {"en": ["Code", "Item no."], "de": ["Art.-Nr."], "fr": ["Réf."]}),
    "description": ("string", ["description", "item", "name"], {"en": ["Description", "Item"], "de": ["Bezeichnung", "Beschreibung", "Artikel"], "fr": ["Désignation", "Description"]}),
    "quantity": ("integer", ["quantity", "qty"], {"en": ["Qty", "Quantity"], "de": ["Menge", "Anzahl"], "fr": ["Qté", "Quantité"]}),
    "unit_price": ("number", ["unit_price", "price", "price_per_unit"], {"en": ["Unit price", "Price"], "de": ["Einzelpreis", "Preis"], "fr": ["Prix unitaire", "P.U."]}),
    "amount": ("number", ["amount", "total", "line_total"], {"en": ["Amount", "Total"], "de": ["Betrag", "Gesamt"], "fr": ["Montant", "Total"]}),
}
LISTS = {
    "en": ["line_items", "items", "positions"],
    "de": ["positionen", "artikel"],
    "fr": ["lignes", "articles"],
}
