"""Names, places and goods that the generator draws from, by language. Written for this bench."""

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}
FIRST_NAMES = {
    "en": "Alice Brian Carol Daniel Eleanor Frank Grace Howard Irene Jack Karen Liam Megan Nathan Olivia Peter Rachel Simon Tessa Victor".split(),
    "de": "Anna Björn Claudia Dieter Elke Florian Günter Heike Ingrid Jürgen Katharina Lukas Monika Niklas Petra Ralf Sabine Thomas Ulrike Wolfgang".split(),
    "fr": "Amélie Benoît Céline Damien Élodie François Gisèle Hélène Isabelle Julien Laurent Margaux Nathalie Olivier Pascal René Sophie Thérèse Vincent Yves".split(),
}
LAST_NAMES = {
    "en": "Archer Barlow Cooper Dawson Ellis Fletcher Gibson Harper Irving Jennings Kendall Lawson Mercer Norton Osborne Palmer Quinn Ramsey Sawyer Turner".split(),
    "de": "Albrecht Baumann Dörfler Engel Förster Graf Hoffmann Jäger Köhler Lindner Möller Neumann Otto Pfeiffer Richter Schäfer Thiel Ullrich Vogt Winkler".split(),
    "fr": "Aubert Boucher Chevalier Delorme Étienne Fournier Garnier Humbert Jacquet Lefèvre Marchand Noël Perrin Renaud Sénéchal Tessier Vasseur Wagner Bérard Caron".split(),
}
ROOTS = "Arbora Belvane Corvia Dunmore Elvira Fenwick Galora Hartwell Ilmera Jorvik Kestrel Lumena Marlow Norvia Ostara Penrose Quanta Rivelle Solano Tavira Umbra Velmont".split()
TRADES = {
    "en": ["Office Supplies", "Furniture", "Hardware", "Printing", "Lighting", "Garden Centre", "Bakery", "Books", "Electrics", "Market"],
    "de": ["Bürobedarf", "Möbelhaus", "Eisenwaren", "Druckerei", "Lichttechnik", "Gartenmarkt", "Bäckerei", "Buchhandlung", "Elektro", "Frischemarkt"],
    "fr": ["Fournitures", "Mobilier", "Quincaillerie", "Imprimerie", "Éclairage", "Jardinerie", "Boulangerie", "Librairie", "Électricité", "Marché"],
}
SUFFIXES = {"en": ["Ltd", "Inc.", "LLC", "& Sons"], "de": ["GmbH", "AG", "KG", "e.K."], "fr": ["SARL", "SAS", "SA", "& Fils"]}
STREETS = {
    "en": ["Maple Street", "Station Road", "Church Lane", "Park Avenue", "Mill Road", "Harbour View", "King Street", "Orchard Drive"],
    "de": ["Bahnhofstraße", "Lindenweg", "Hauptstraße", "Am Mühlbach", "Goethestraße", "Schulgasse", "Königsallee", "Birkenweg"],
    "fr": ["rue de la Gare", "avenue Victor Hugo", "rue des Lilas", "place du Marché", "chemin du Moulin", "boulevard Pasteur", "rue de l'Église", "quai des Brumes"],
}
CITIES = {
    "en": [("62701", "Springfield"), ("97205", "Portland"), ("53703", "Madison"), ("05401", "Burlington"), ("83702", "Boise"), ("04101", "Portland"), ("87501", "Santa Fe")],
    "de": [("50667", "Köln"), ("80331", "München"), ("01067", "Dresden"), ("37073", "Göttingen"), ("99084", "Erfurt"), ("24103", "Kiel"), ("70173", "Stuttgart")],
    "fr": [("69002", "Lyon"), ("44000", "Nantes"), ("33000", "Bordeaux"), ("35000", "Rennes"), ("42000", "Saint-Étienne"), ("21000", "Dijon"), ("64100", "Bayonne")],
}
COUNTRIES = {
    "en": ["Spain", "Italy", "Greece", "Peru", "Kenya", "India"],
    "de": ["Spanien", "Italien", "Griechenland", "Österreich", "Kenia", "Dänemark"],
    "fr": ["Espagne", "Italie", "Grèce", "Pérou", "Kenya", "Norvège"],
}
NATIONS = {"en": ["British", "Canadian", "Irish", "American"], "de": ["deutsch", "österreichisch", "dänisch"], "fr": ["française", "belge", "suisse"]}
JOBS = {
    "en": ["Sales Manager", "Architect", "Software Engineer", "Head of Purchasing", "Consultant", "Art Director"],
    "de": ["Vertriebsleiter", "Architektin", "Steuerberater", "Leiterin Einkauf", "Projektleiter", "Geschäftsführerin"],
    "fr": ["Directeur commercial", "Architecte", "Responsable achats", "Chef de projet", "Conseillère", "Ingénieur système"],
}
# Name, lowest and highest price.
PRODUCTS = {
    "en": [("Desk lamp, black", 24, 90), ("Office chair Tilda", 120, 480), ("Printer paper A4, 500 sheets", 4, 9), ("Wireless keyboard", 25, 80), ("Shelf board 80 x 30 cm", 12, 40),
           ("Extension cable 5 m", 8, 22), ("Whiteboard markers, set of 4", 6, 14), ("Filing cabinet", 90, 310), ("USB hub, 7 ports", 18, 49), ("Installation on site", 60, 140),
           ("Cordless drill 18 V", 70, 210), ("Wall paint white, 10 l", 28, 75), ("Conference table", 400, 1900), ("Toner cartridge", 45, 130), ("Monitor arm", 55, 160)],
    "de": [("Schreibtischlampe, schwarz", 24, 90), ("Bürostuhl Tilda", 120, 480), ("Kopierpapier A4, 500 Blatt", 4, 9), ("Funktastatur", 25, 80), ("Regalboden 80 x 30 cm", 12, 40),
           ("Verlängerungskabel 5 m", 8, 22), ("Boardmarker, 4er-Set", 6, 14), ("Aktenschrank", 90, 310), ("USB-Verteiler, 7 Anschlüsse", 18, 49), ("Montage vor Ort", 60, 140),
           ("Akkuschrauber 18 V", 70, 210), ("Wandfarbe weiß, 10 l", 28, 75), ("Besprechungstisch", 400, 1900), ("Tonerkartusche", 45, 130), ("Monitorhalterung", 55, 160)],
    "fr": [("Lampe de bureau noire", 24, 90), ("Fauteuil Tilda", 120, 480), ("Papier A4, 500 feuilles", 4, 9), ("Clavier sans fil", 25, 80), ("Étagère 80 x 30 cm", 12, 40),
           ("Rallonge électrique 5 m", 8, 22), ("Marqueurs, lot de 4", 6, 14), ("Armoire à dossiers", 90, 310), ("Concentrateur USB, 7 ports", 18, 49), ("Pose sur place", 60, 140),
           ("Perceuse sans fil 18 V", 70, 210), ("Peinture blanche, 10 l", 28, 75), ("Table de réunion", 400, 1900), ("Cartouche d'encre", 45, 130), ("Bras pour écran", 55, 160)],
}
WARES = {
    "en": [("Whole milk 1 l", 1, 3), ("Brown bread", 2, 5), ("Free range eggs x10", 3, 6), ("Cheddar 250 g", 3, 7), ("Orange juice", 2, 5), ("Tomatoes", 1, 4), ("Ground coffee 500 g", 5, 12),
           ("Dark chocolate", 1, 4), ("Olive oil 750 ml", 6, 15), ("Spaghetti 500 g", 1, 3), ("Dish soap", 2, 4), ("Butter 250 g", 2, 5), ("Bananas", 1, 3), ("Green tea", 3, 6)],
    "de": [("Vollmilch 1 l", 1, 3), ("Roggenbrot", 2, 5), ("Eier Freiland 10 St.", 3, 6), ("Gouda 250 g", 3, 7), ("Orangensaft", 2, 5), ("Tomaten", 1, 4), ("Röstkaffee 500 g", 5, 12),
           ("Zartbitterschokolade", 1, 4), ("Olivenöl 750 ml", 6, 15), ("Spaghetti 500 g", 1, 3), ("Spülmittel", 2, 4), ("Butter 250 g", 2, 5), ("Bananen", 1, 3), ("Grüner Tee", 3, 6)],
    "fr": [("Lait entier 1 l", 1, 3), ("Pain de seigle", 2, 5), ("Œufs plein air x10", 3, 6), ("Comté 250 g", 3, 7), ("Jus d'orange", 2, 5), ("Tomates", 1, 4), ("Café moulu 500 g", 5, 12),
           ("Chocolat noir", 1, 4), ("Huile d'olive 75 cl", 6, 15), ("Pâtes 500 g", 1, 3), ("Liquide vaisselle", 2, 4), ("Beurre 250 g", 2, 5), ("Bananes", 1, 3), ("Thé vert", 3, 6)],
}
# What pages say beside their data.
PHRASES = {
    "invoice": {"en": "INVOICE", "de": "RECHNUNG", "fr": "FACTURE"},
    "thanks": {"en": "Thank you for your business.", "de": "Vielen Dank für Ihren Auftrag.", "fr": "Merci de votre confiance."},
    "visit": {"en": "Thank you, come again!", "de": "Vielen Dank für Ihren Einkauf!", "fr": "Merci de votre visite !"},
    "pay": {"en": "Please pay by bank transfer.", "de": "Bitte überweisen Sie den Betrag.", "fr": "Merci de régler par virement."},
    "included": {"en": "incl.", "de": "inkl.", "fr": "dont"},
    "offer": {"en": "SPECIAL OFFER", "de": "ANGEBOT", "fr": "PROMOTION"},
    "signature": {"en": "Signature", "de": "Unterschrift", "fr": "Signature"},
    "capitals": {"en": "Please write in capital letters.", "de": "Bitte in Großbuchstaben ausfüllen.", "fr": "À remplir en lettres majuscules."},
    "page": {"en": "Page 1 of 1", "de": "Seite 1 von 1", "fr": "Page 1 sur 1"},
}
FORM_TITLES = {
    "en": ["Membership application", "Registration form", "Application for a library card"],
    "de": ["Aufnahmeantrag", "Anmeldeformular", "Antrag auf Leserausweis"],
    "fr": ["Demande d'adhésion", "Formulaire d'inscription", "Demande de carte de lecteur"],
}
TABLE_TITLES = {
    "en": ["Stock list", "Price list", "Order overview", "Inventory report"],
    "de": ["Lagerliste", "Preisliste", "Bestellübersicht", "Inventarbericht"],
    "fr": ["État du stock", "Liste de prix", "Récapitulatif", "Inventaire"],
}
