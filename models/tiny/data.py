"""Synthetic routine-task corpus (own writing): five tasks as chat examples.

gen(rng, task, split) -> dict(task, user, answer). split: 'train', 'test'
(invented names, drawn numbers, known sentence templates) or 'hard' (also
sentence templates and instruction wordings never used in training).
"""
import json, random, string

FIRST = """Maria James Robert Linda Michael Sarah David Karen Anna Thomas Daniel Laura Kevin Emma Olivia Noah Liam Sophia Lucas Mia
Ethan Julia Peter Nina Oscar Clara Hugo Alice Leo Eva Felix Ida Paul Rosa Simon Vera Adam Greta Martin Elena Carlos Lucia Diego Ana
Pierre Claire Antoine Sofia Marco Giulia Luca Chiara Jan Katarzyna Piotr Agnieszka Ivan Olga Dmitri Natalia Yuki Kenji Mei Wei Jin
Priya Arjun Ravi Anita Fatima Omar Leila Hassan Amina Kofi Ama Chidi Zanele Thabo Ingrid Lars Sven Astrid Erik Freya Aidan Siobhan
Gareth Megan Angus Fiona Tyler Ashley Brandon Jessica Justin Rachel Aaron Hannah Isaac Naomi Caleb Ruth Victor Diana Walter Helen""".split()
LAST = """Smith Johnson Williams Brown Jones Garcia Miller Davis Lopez Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White
Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Schmidt Fischer Weber Meyer Wagner Becker Hoffmann Koch Richter Klein Wolf Dubois Laurent Moreau Rossi Ferrari Bianchi Romano
Kowalski Nowak Novak Horvat Petrov Ivanov Sokolov Tanaka Suzuki Watanabe Kim Park Chen Wang Zhang Singh Patel Sharma Khan Ahmed Ali
Hassan Okafor Mensah Nkosi Larsen Hansen Nilsson Berg Lund Murphy Kelly Byrne OBrien Evans Davies Hughes Silva Santos Costa Mendes""".split()
PROD = """headphones laptop keyboard monitor router printer camera phone tablet speaker charger backpack jacket lamp desk chair blender
kettle toaster vacuum microphone webcam mouse projector scale fridge mixer drill bike helmet tent watch
thermostat scanner headset soundbar oven heater stroller guitar piano telescope treadmill mattress sofa dryer iron fan""".split()
ADJ = ["wireless", "new", "black", "silver", "smart", "portable", "red", "blue", "compact", "white", "electric", "large"]
CITY = """Berlin Madrid Lyon Oslo Dublin Turin Prague Boston Denver Austin Leeds Ghent Porto Zurich Vienna Lisbon""".split()
DOM = "example mail inbox posteo webmail fastnet acme globex initech contoso northwind umbrella hooli".split()
TLD = "com org net io de fr co eu".split()
MON = "January February March April May June July August September October November December".split()

CATS = {  # category: (aliases, summary phrase, department, sentences; the last three are held out for 'hard')
 "billing": (["billing", "invoices", "payment issue"], "reports a billing problem", "Finance", [
  "I was charged twice for my {p}.", "There is a charge of {a} on my card that I do not recognise.", "My invoice shows the wrong amount.",
  "The invoice for my {p} has an error.", "Why was my card charged {a}?", "I was billed {a} but the price was lower.",
  "My last bill is higher than usual.", "The tax on my invoice is not correct.", "You took the payment two times.",
  "I have not received an invoice for my {p}.", "My credit card statement shows a duplicate payment.", "The discount was not applied to my bill.",
  "Please explain the extra fee on my bill.", "I think I was overcharged for the {p}.",
  "The amount on my bill does not match the price of the {p}.", "I see two charges for the same invoice.", "An unknown fee of {a} is on my invoice."]),
 "refund": (["refund", "refund request", "money back"], "asks for a refund", "Finance", [
  "I want my money back for the {p}.", "Please refund the {a} I paid.", "I am still waiting for my refund.", "When will I get my refund?",
  "I would like a refund for the {p}.", "Can you refund my purchase?", "You promised a refund but I have not received it.",
  "My refund has not arrived on my account.", "I request a full refund.", "Please give me my money back.", "How long does a refund take?",
  "The refund of {a} is missing.", "I need a refund because the {p} never worked for me.", "Could you process my refund?",
  "I expect to get my money back soon.", "Where is the refund for my {p}?", "Please return the {a} to my card as a refund."]),
 "shipping": (["shipping", "delivery", "delivery status"], "asks about a delivery", "Logistics", [
  "My {p} has not arrived yet.", "Where is my package?", "The delivery of my {p} is late.", "The tracking page has not changed for {n} days.",
  "When will my order be delivered?", "The courier says the parcel was delivered but I got nothing.", "My parcel is stuck in {c}.",
  "I have been waiting {n} days for my package.", "The tracking number does not work.", "Has my {p} been shipped?",
  "My shipment seems to be lost.", "The delivery was due {n} days ago.", "Can you tell me the delivery date of my {p}?", "The courier never came.",
  "The parcel with my {p} is still in transit.", "Nobody delivered my package.", "Is my {p} on its way?"]),
 "return": (["return", "returns", "send back"], "wants to return a product", "Logistics", [
  "I want to return the {p}.", "How can I send the {p} back?", "Please send me a return label.", "The {p} is the wrong size and I would like to return it.",
  "I want to exchange my {p} for another one.", "Can I return an opened {p}?", "I received the wrong item and want to send it back.",
  "What is the address for returns?", "I need a return label for the {p}.", "I changed my mind and would like to return the {p}.",
  "How many days do I have to return the {p}?", "Can I swap the {p} for a different colour?", "I would like to send back my {p}.", "The return label is missing.",
  "Please tell me how to return my {p}.", "I got a different {p} than I ordered and want to exchange it.", "Where do I send the {p} back to?"]),
 "login": (["login", "account access", "password problem"], "cannot log in", "Account Security", [
  "I cannot log in to my account.", "My password does not work.", "I forgot my password.", "My account is locked.",
  "The password reset email never arrives.", "I am locked out of my account.", "The verification code is not accepted.",
  "I cannot sign in on my phone.", "The site says my password is wrong.", "My two factor code does not work.",
  "I lost access to my account.", "How do I reset my password?", "Login fails every time I try.", "My account was blocked after {n} attempts.",
  "Signing in to my account is not possible.", "The reset link for my password has expired.", "I can no longer get into my account."]),
 "technical": (["technical", "technical issue", "bug"], "reports a technical problem", "Technical Support", [
  "My {p} does not turn on.", "The app crashes when I open it.", "The {p} keeps restarting.", "I get error code {n} on the screen.",
  "The {p} does not connect to the network.", "The screen of my {p} stays black.", "The software update failed.", "The app freezes on my phone.",
  "My {p} makes a strange noise.", "The battery of the {p} does not charge.", "The {p} stopped working after the update.",
  "The website shows an error page.", "I cannot pair the {p} with my phone.", "The {p} overheats after {n} minutes.",
  "The app shows an error when it starts.", "My {p} switches off by itself.", "After the update the {p} no longer connects."]),
 "cancellation": (["cancellation", "cancel order", "cancel"], "wants to cancel", "Customer Care", [
  "I want to cancel my order.", "Please cancel my subscription.", "Cancel the {p} before it ships.", "How do I cancel my plan?",
  "I would like to cancel the order of the {p}.", "Please stop my subscription at the end of the month.", "I ordered the {p} by mistake, please cancel it.",
  "I no longer need the {p}, cancel the order.", "Can I still cancel my purchase?", "I wish to terminate my contract.",
  "Please end my membership.", "Cancel everything I ordered.", "I want to stop my plan.", "Do not ship the {p}, I want to cancel.",
  "Please terminate my subscription.", "I have to cancel the purchase of the {p}.", "Is it possible to cancel my contract?"]),
 "product question": (["product question", "product info", "pre-sales"], "has a question about a product", "Sales", [
  "Does the {p} come with a cable?", "Is the {p} available in {j}?", "What is the difference between the two {p} models?", "How heavy is the {p}?",
  "Do you have the {p} in stock?", "Is the {p} compatible with my old one?", "What colours does the {p} come in?", "Can you recommend a {p}?",
  "What is the price of the {p}?", "Do you offer a discount if I buy {n} pieces?", "How long does the battery of the {p} last, before I buy it?",
  "I am thinking of buying a {p}, is it waterproof?", "When will the {p} be back in stock?", "Which {p} is best for a small room?",
  "How much does the {p} cost?", "Is there a bigger model of the {p}?", "I am interested in the {p}, does it need an app?"]),
 "complaint": (["complaint", "negative feedback", "service complaint"], "complains about the service", "Customer Care", [
  "Your service is terrible.", "I am very disappointed with your support.", "Your agent was rude to me.", "Nobody answers my emails.",
  "I waited {n} hours on the phone.", "This is the worst service I have ever had.", "I want to speak to a manager.",
  "I am really unhappy with how I was treated.", "Your team ignored me for {n} weeks.", "This is unacceptable.",
  "I will never buy from you again.", "Your support hung up on me.", "I want to make a formal complaint.", "What a horrible experience.",
  "Your staff was very unfriendly.", "I am angry about your service.", "Nobody from your team ever called me back."]),
 "feature request": (["feature request", "suggestion", "idea"], "suggests an improvement", "Product", [
  "It would be great if the app had a dark mode.", "Please add an export button.", "I suggest adding more payment options.", "Could you add support for my language?",
  "An option to sort my orders would be nice.", "I have an idea to improve your app.", "Please let us change the colours of the app.",
  "A calendar view would be very useful.", "It would help to have a search box.", "I wish the {p} had a timer.",
  "You should add a wish list to the shop.", "Have you considered an offline mode?", "Please consider adding notifications.", "A smaller version of the {p} would be great.",
  "It would be useful if the app could print labels.", "My suggestion is to add a chat to the site.", "Please add a way to save my cart."]),
 "warranty": (["warranty", "warranty claim", "guarantee"], "asks about the warranty", "Technical Support", [
  "Is my {p} still under warranty?", "I want to make a warranty claim for my {p}.", "How long is the warranty on the {p}?", "The {p} broke within the warranty period.",
  "Does the guarantee cover a broken screen?", "I would like to use the guarantee of my {p}.", "Where can I register my warranty?",
  "My {p} broke after {n} months, is that covered?", "Please repair my {p} under warranty.", "What does the guarantee include?",
  "I lost the warranty card of the {p}.", "Can I extend the warranty?", "Is a repair of the {p} free under the guarantee?", "The warranty of my {p} should still be valid.",
  "Does the warranty cover water damage?", "I need a warranty repair for the {p}.", "Until when is the guarantee for my {p} valid?"]),
 "address change": (["address change", "change of address", "account update"], "wants to change the address", "Customer Care", [
  "I moved to {c} and need to change my address.", "Please update my shipping address.", "My address has changed.", "How do I change my phone number?",
  "Please send the {p} to my new address.", "I need to update my contact details.", "I entered the wrong address for my {p}.", "Can you change the delivery address to {c}?",
  "My new home is in {c}, please update my profile.", "The street name in my profile is wrong.", "I want to change the email on my profile.",
  "Please correct my postal code.", "We are moving next month, please change our address.", "Update my address to {c}, please.",
  "My house number is wrong in your system.", "I live in {c} now, please change my details.", "Please replace my old address with the new one."]),
}
DEPTS = sorted({v[2] for v in CATS.values()})
GREET = ["Hello,", "Hi,", "Hi there,", "Dear team,", "Good morning,", "Hey,", "Hello support,", "To whom it may concern,"]
CLOSE = ["Thanks.", "Thank you.", "Best regards,", "Regards,", "Please help.", "Please reply soon.", "Kind regards,", "Many thanks,", "I hope to hear from you."]
INSTR = {
 "classify": ["Classify this support ticket into one of these labels: {L}.", "Choose the best label for the message. Labels: {L}.", "Which label fits? Options: {L}. Answer with the label only.",
   "Classify the message. Labels: {L}", "Pick exactly one label from: {L}.", "Label the following ticket with one of: {L}.",
   "Select the category of this message from the list: {L}.", "What is this ticket about? Possible labels: {L}."],
 "extract": ["Extract {K} from the message as JSON. Use null if a field is missing.", "Return a JSON object with the fields {K}.", "Extract these fields as JSON: {K}.",
   "Read the message and give JSON with {K}; null when absent.", "Find {K} in the text. Answer in JSON.", "JSON with keys {K}:",
   "Get the fields {K} from this message as a JSON object.", "Output JSON with the keys {K} for this message."],
 "summary": ["Summarize the message in one line.", "Write a one line summary of this ticket.", "Give a short summary.", "Summarise this in one sentence.", "One line summary, please.",
   "TL;DR of this ticket in one line:", "Sum up the message in a single line.", "Make a one line summary of the message."],
 "polite": ["Rewrite this politely.", "Make this sentence polite.", "Rephrase the text in a polite way.", "Please make this more polite.", "Say this politely.",
   "Turn this into a polite request.", "Rewrite the sentence in a polite tone.", "Polite version of this text:"],
 "route": ["Which department should handle this? Choose from: {D}.", "Route this ticket to one of: {D}.", "Forward the message to the right department ({D}).", "Pick the department: {D}.",
   "Which team is responsible? Options: {D}.", "Decide who handles this ticket. Departments: {D}.",
   "Assign the ticket to a department from this list: {D}.", "Who should get this message? Departments: {D}."],
}
TASKS = list(INSTR)
OBJX = ["the message", "this message", "this ticket", "the ticket", "the text", "this text", "the following message", "the email", "this email", "this request", "the following ticket", "the customer's message", "it"]
GRAM = {  # combinatorial wordings for training (the held-out wordings above use other verbs and phrases)
 "summary": lambda c: c(["Summarize", "Summarise", "Condense", "Shorten", "Write a summary of", "Give a summary of", "Create a short summary of", "Provide a brief summary of", "I need a summary of", "Please summarize", "Briefly describe", "Describe", "Please give me a short summary of", "Can you summarize", "Give me the gist of", "Compress", "Write one line about", "Tell me in short what is in"]) + " " + c(OBJX) + c(["", " in one line", " in one sentence", " briefly", " in a few words", " in short", ", one line only"]) + c([".", ":", "", "."]),
 "polite": lambda c: c(["Rewrite", "Rephrase", "Reword", "Say", "Write", "Express", "Formulate", "Put", "Please rewrite", "Please rephrase", "Can you rewrite", "Change"]) + " " + c(["this", "it", "the sentence", "this sentence", "the text", "the following", "this text", "my text", "the message", "the request"]) + " " + c(["politely", "more politely", "in a polite way", "in a friendly way", "in a nicer way", "in polite words", "so that it is polite", "with more courtesy", "kindly", "as a polite question"]) + c([".", ":", "", "."]),
 "extract": lambda c: c(["Extract", "Find", "Pull", "Read", "Return", "Give me", "List", "Collect", "Please extract", "Take", "Show", "I need"]) + c([" the fields", " these fields", " the values", "", " the keys", ""]) + " {K} " + c(["from ", "out of ", "found in ", "contained in "]) + c(OBJX[:-1]) + c([" as JSON", " as a JSON object", " in JSON format", " in JSON", ", JSON only"]) + c([".", ":", "", ". Use null if a field is missing.", ", null if not present.", ". Missing fields are null."]),
 "classify": lambda c: c(["Classify", "Categorize", "Label", "Tag", "Sort", "Choose a label for", "Pick a category for", "Find the label of", "Give the category of", "Please classify", "Decide the topic of", "Name the category of"]) + " " + c(OBJX) + c([". ", " - ", ": ", "\n"]) + c(["Labels", "Options", "Categories", "Choices", "Allowed labels", "Classes", "Use one of", "One of"]) + c([": ", " = ", ": ", " "]) + "{L}" + c([".", "", ". Only the label.", ". Answer with one label."])
   if c([0, 0, 1]) == 0 else c(["Classify", "Categorize", "Sort", "Label"]) + " " + c(OBJX[:-1]) + c([" as ", " into ", " as one of ", " into one of: ", " as one of: ", " as either "]) + "{L}" + c([".", "", ":", ". Answer with the label only."]),
 "route": lambda c: c(["Route", "Send", "Forward", "Pass", "Direct", "Hand", "Please route", "Please forward", "Deliver", "Bring"]) + " " + c(OBJX) + " to the " + c(["right", "correct", "responsible", "best"]) + " " + c(["department", "team", "desk", "group", "unit"]) + c([". ", ": ", " - ", "\n"]) + c(["Departments", "Options", "Teams", "Choose from", "One of", "Available"]) + ": {D}" + c([".", "", ". Answer with the name only."]),
}
KEYS = ["name", "order_number", "date", "amount", "email"]


REPEATS = .15  # share of invented words made of repeated syllables: only in training, they are the hardest to copy


def fake(rng, cap=True):
    if rng.random() < REPEATS:
        a = [rng.choice("b c d f g k l m n p r s t v".split()) + rng.choice("a e i o u ai".split()) for _ in range(2)]
        s = "".join(rng.choice(a) for _ in range(rng.randint(2, 4))) + rng.choice(["", "n", "s", "l"])
        return s.capitalize() if cap else s
    s = "".join(rng.choice("b c d f g h j k l m n p r s t v w z br st tr kl sh ch".split()) + rng.choice("a e i o u ai ou".split()) for _ in range(rng.randint(1, 3))) + rng.choice(["", "n", "s", "r", "l", "ck", "nd", "t"])
    return s.capitalize() if cap else s


def person(rng, split):
    if split == "train":
        f = rng.choice(FIRST) if rng.random() < .6 else fake(rng)
        l = rng.choice(LAST) if rng.random() < .5 else fake(rng)
    else:  # held out: always invented, so nearly never seen in training
        f = rng.choice(FIRST) if rng.random() < .5 else fake(rng)
        l = fake(rng)
    return f + " " + l


def order(rng):
    d = lambda n: "".join(rng.choice(string.digits) for _ in range(n))
    letter = lambda: rng.choice(string.ascii_uppercase)
    return rng.choice([lambda: d(rng.randint(5, 7)), lambda: "#" + d(rng.randint(4, 6)), lambda: "ORD-" + d(rng.randint(4, 6)),
                       lambda: letter() + letter() + d(5), lambda: d(3) + "-" + d(4), lambda: letter() + "-" + d(5)])()


def date(rng):
    y, m, d = rng.randint(2022, 2027), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(["%04d-%02d-%02d" % (y, m, d), "%s %d, %d" % (MON[m-1], d, y), "%d %s %d" % (d, MON[m-1], y), "%d %s" % (d, MON[m-1]), "%02d/%02d/%d" % (d, m, y), "%d.%d.%d" % (d, m, y), "%s %d" % (MON[m-1], d)])


def amount(rng):
    v = rng.choice(["%d.%02d" % (rng.randint(1, 999), rng.randint(0, 99)), "%d" % rng.randint(2, 1999), "%d.%d9" % (rng.randint(3, 300), rng.randint(0, 9))])
    return rng.choice(["$%s", "%s EUR", "EUR %s", "%s USD", "%s dollars", "%s euros", "$%s"]) % v


def email(rng, name):
    f, l = name.lower().split()
    loc = rng.choice([f + "." + l, f[0] + l, f, l, f + l, f + "_" + l, f + str(rng.randint(1, 99)), fake(rng, False) + str(rng.randint(1, 999)), fake(rng, False)])
    return loc + "@" + (rng.choice(DOM) if rng.random() < .6 else fake(rng, False)) + "." + rng.choice(TLD)


def prod(rng, split):
    p = rng.choice(PROD)
    return (rng.choice(ADJ) + " " if rng.random() < .4 else "") + p


def fill(rng, s, split):
    return (s.replace("{p}", prod(rng, split)).replace("{a}", amount(rng)).replace("{n}", str(rng.randint(2, 60)))
            .replace("{c}", rng.choice(CITY)).replace("{j}", rng.choice(ADJ)))


def core(rng, cat, split):
    s = CATS[cat][3]
    pool = s[:-3] if split != "hard" else s[-3:]
    return rng.choice(pool)


def noise(rng, s):
    if rng.random() < .12: s = s.lower()
    if rng.random() < .08: s = s.replace(".", "!")
    if rng.random() < .06: s = s.rstrip(".")
    return s


def ticket(rng, split, cat=None, want=None):
    """want: None or dict key -> probability for details"""
    cat = cat or rng.choice(list(CATS))
    P = dict(name=.5, order_number=.5, date=.25, amount=.15, email=.25)
    if want: P.update(want)
    f = {}
    name = person(rng, split)
    parts = []
    if rng.random() < .55: parts.append(rng.choice(GREET))
    body = [fill(rng, core(rng, cat, split), split) if not want or rng.random() < .6 else
            fill(rng, core(rng, cat, split).replace("{a}", "the money"), split)]
    import re
    ms = [x for x in [re.search(r"(\$[\d.]*\d|\d[\d.]* (?:EUR|USD|dollars|euros)|EUR [\d.]*\d)", body[0])] if x]
    if ms: f["amount"] = ms[0].group(1)
    if rng.random() < .25:
        c2 = core(rng, cat, split)
        if "{a}" not in c2: body.append(fill(rng, c2, split))
    body = [noise(rng, b) if "amount" not in f else b for b in body]
    det = []
    if rng.random() < P["order_number"]:
        o = f["order_number"] = order(rng)
        det.append(rng.choice(["My order number is %s.", "Order %s.", "The order is %s.", "This is about order %s.", "Order number: %s", "It concerns order %s.", "My order: %s.", "Ref order %s."]) % o)
    if rng.random() < P["date"]:
        d = f["date"] = date(rng)
        det.append(rng.choice(["I bought it on %s.", "The purchase was on %s.", "I ordered on %s.", "It happened on %s.", "Date: %s.", "That was on %s.", "I paid on %s."]) % d)
    if "amount" not in f and rng.random() < P["amount"]:
        a = f["amount"] = amount(rng)
        det.append(rng.choice(["I paid %s.", "The total was %s.", "The price was %s.", "It cost me %s.", "Amount: %s.", "The sum is %s."]) % a)
    if rng.random() < P["email"]:
        e = f["email"] = email(rng, name)
        det.append(rng.choice(["You can reach me at %s.", "My email is %s.", "Please write to %s.", "Email: %s", "Contact me at %s.", "Reply to %s please."]) % e)
    r, nm = rng.random(), rng.random() < P["name"]
    if nm:
        f["name"] = name
        if r < .4: det.append(rng.choice(["My name is %s.", "I am %s.", "This is %s.", "Name: %s.", "Customer: %s."]) % name)
    rng.shuffle(det)
    if rng.random() < .2 and det: body = [det.pop()] + body
    parts += body + det
    if rng.random() < .5 or (nm and r >= .4): parts.append(rng.choice(CLOSE))
    if nm and r >= .4: parts.append(name)
    sep = "\n" if rng.random() < .15 else " "
    return cat, sep.join(parts), f


VERB = ["send me", "give me", "show me", "refund", "cancel", "check", "fix", "repair", "explain", "update", "confirm", "replace", "deliver", "correct", "change", "resend", "forward", "review", "approve", "print",
 "open", "close", "move", "copy", "add", "delete", "translate", "book", "order", "pay", "sign", "scan", "upload", "test", "clean", "pack", "ship", "track", "extend", "renew", "activate",
 "block", "unlock", "reset", "rename", "share", "list", "find", "write", "read", "prepare", "finish", "start", "stop", "install", "send him", "send her", "tell me about", "write me about", "give us", "show us", "look at", "set up", "switch off"]
OBJ = ["the invoice", "my order", "the report", "my account", "the {p}", "my {p}", "the tracking number", "the contract", "order {o}", "the price of the {p}", "my refund", "the return label", "the password", "the address", "the payment of {a}", "the invoice for the {p}", "the ticket", "the document", "the meeting notes", "the delivery date"]
NOUN = """file list page room plan note table number letter code form label box card key door ticket window list order account team group
project message photo map song game book paper machine service price page link chart folder schedule offer""".split()
VERB_H, OBJ_H = ["call me about", "remove", "return", "upgrade", "send us"], ["the new {p}", "the bill", "the receipt for order {o}", "my subscription", "the warranty card"]
RUDE = ["", " now", " immediately", " right now", " asap", " today", ", it is urgent", ", I am tired of waiting", ", this is ridiculous", " or I will leave", ", you idiots", ", hurry up", ", I mean it"]
KEEP = [" today", ""]


def polite(rng, split):
    hard = split == "hard"
    o = rng.choice(OBJ_H if hard else OBJ).replace("{o}", order(rng))
    if not hard and rng.random() < .35:  # invented or mixed objects: the words must be copied, not remembered
        o = rng.choice(["the ", "my ", "the new ", "our ", "the old ", "this "]) + rng.choice([fake(rng, False), rng.choice(NOUN), rng.choice(NOUN) + " " + rng.choice(NOUN), "{p}", fake(rng, False) + " " + rng.choice(NOUN)])
        if rng.random() < .2: o += rng.choice([" for order " + order(rng), " of the {p}", " from " + rng.choice(CITY)])
    o = fill(rng, o, split)
    end = rng.choice([".", "!", "!!", ""])
    k = rng.random()
    if k < .5:
        v = rng.choice(VERB_H if hard else VERB)
        r = rng.choice(RUDE)
        q = v + " " + o
        src = q + r
        ans = "Could you please " + q + (" today" if r == " today" else "") + "?"
    elif k < .65:
        r = rng.choice(RUDE); src = rng.choice(["I want ", "I need ", "we want ", "we need "]) + o + r
        ans = ("We" if src.startswith("we") else "I") + " would like to have " + o + (" today" if r == " today" else "") + ", please."
    elif k < .8:
        src = "where is " + o + rng.choice(["?", "??", "?!", ""]); end = ""
        ans = "Could you please tell me where " + o + " is?"
    elif k < .9:
        x = rng.choice(["late", "broken", "wrong", "missing", "incomplete", "not working"])
        src = "why is " + o + " " + x + rng.choice(["?", "??", "?!", ""]); end = ""
        ans = "Could you please tell me why " + o + " is " + x + "?"
    else:
        v = rng.choice(VERB_H if hard else VERB)
        src = rng.choice(["stop wasting my time and ", "you must ", "you have to ", "just "]) + v + " " + o
        ans = "Could you please " + v + " " + o + "?"
    src = src[0].upper() + src[1:] + end
    if rng.random() < .15: src = src.lower() if not any(c.isdigit() for c in src) else src
    if src.islower(): ans = ans
    return src, ans


def summary(cat, f):
    s = (f.get("name") or "The customer") + " " + CATS[cat][1]
    if f.get("order_number"): s += " (order " + f["order_number"] + ")"
    return s + "."


def listfmt(rng, items):
    k = rng.random()
    if k < .55: return ", ".join(items)
    if k < .65: return " | ".join(items)
    if k < .73: return " / ".join(items)
    if k < .88: return ", ".join(items[:-1]) + rng.choice([" or ", ", or ", " and "]) + items[-1] if len(items) > 1 else items[0]
    if k < .94: return ", ".join('"%s"' % i for i in items)
    return "".join("\n- " + i for i in items) + "\n"


def gen(rng, task, split="train"):
    I = INSTR[task]
    ins = rng.choice(I[-2:]) if split == "hard" else GRAM[task](rng.choice) if split == "train" and rng.random() < .6 else rng.choice(I[:-2])
    choices = None
    if task == "polite":
        msg, ans = polite(rng, split)
    elif task == "extract":
        cat, msg, f = ticket(rng, split, None, dict(name=.65, order_number=.65, date=.5, amount=.5, email=.5))
        ks = [k for k in KEYS if rng.random() < .6] or ["name"]
        if rng.random() < .5: rng.shuffle(ks)
        ins = ins.replace("{K}", ", ".join(ks))
        ans = json.dumps({k: f.get(k) for k in ks})
    else:
        cat, msg, f = ticket(rng, split)
        if task == "summary": ans = summary(cat, f)
        elif task == "classify":
            others = [c for c in CATS if c != cat]; rng.shuffle(others)
            cs = [cat] + others[:rng.randint(2, 8)]; rng.shuffle(cs)
            lab = {c: rng.choice(CATS[c][0]) for c in cs}
            ins = ins.replace("{L}", listfmt(rng, [lab[c] for c in cs])); ans = lab[cat]; choices = [lab[c] for c in cs]
        else:
            d = CATS[cat][2]
            ds = [x for x in DEPTS if x == d or rng.random() < .75]; rng.shuffle(ds)
            ins = ins.replace("{D}", listfmt(rng, ds)); ans = d; choices = ds
    k = rng.random()
    sep = rng.choice(["\n\n", "\n\n", "\n", " ", "\n\nMessage: ", "\n\nMessage: ", "\nTicket: ", "\n\nText: ", " Ticket: ", ": "])
    if sep == ": ": ins = ins.rstrip(".:")
    q = '"' if k > .9 and "\n" not in msg else ""
    user = ins + sep + q + msg + q if k < .83 or k > .9 else msg + "\n\n" + ins
    return dict(task=task, user=user, answer=ans, choices=choices)


SYS = ["You are a helpful support assistant.", "You are a support assistant.", "Answer briefly.", "You are a helpful assistant."]


def prompt(user, sys=None):
    return ("<|system|>\n" + sys + "<|end|>\n" if sys else "") + "<|user|>\n" + user + "<|end|>\n<|assistant|>\n"


def stream(seed, split="train", weights=None):
    rng = random.Random(seed)
    w = weights or [.9, 2.4, 1.6, 1.5, .4]
    while True:
        t = rng.choices(TASKS, w)[0]
        e = gen(rng, t, split)
        e["sys"] = rng.choice(SYS) if rng.random() < .3 else None
        yield e


if __name__ == "__main__":
    import sys
    rng = random.Random(7)
    for t in TASKS:
        for sp in ("train", "hard"):
            for _ in range(3):
                e = gen(rng, t, sp); print("[%s/%s]" % (t, sp), repr(e["user"]), "->", repr(e["answer"]))
