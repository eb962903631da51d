# Reads messages with Python's email package and says what is not as it was written.
import email
import email.header
import email.policy
import email.utils
import json
import sys


def people(header):
    # The newer parser leaves a space between two encoded words of a name (gh-92281).
    unfolded = header.replace("\r\n", "").replace("\n", "")
    decoded = lambda name: str(email.header.make_header(email.header.decode_header(name)))
    return [[decoded(name), address] for name, address in email.utils.getaddresses([unfolded])]


def check(number, letter):
    message = email.message_from_bytes(letter["message"].encode(), policy=email.policy.default)
    plain = email.message_from_bytes(letter["message"].encode())
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = message.get_body(("html",))
    files = [
        [part.get_filename(), part.get_content_type(), list(part.get_payload(decode=True))]
        for part in message.iter_attachments()
    ]
    found = {
        "subject": str(message["subject"]),
        "to": people(plain["to"]),
        "cc": people(plain["cc"]),
        "text": text.rstrip("\n"),
        "html": html and html.get_content().replace("\r\n", "\n").rstrip("\n"),
        "files": files,
    }
    for key, value in found.items():
        expected = letter[key]
        if isinstance(expected, str):
            expected = expected.rstrip("\n")
        if value != expected:
            print(f"{number} {key}: {value!r} for {expected!r}")
            print(letter["message"][:3000])
            sys.exit(1)


letters = json.load(sys.stdin)
for number, letter in enumerate(letters):
    check(number, letter)
print(f"{len(letters)} read")
