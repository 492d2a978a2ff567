"""manual.py PROGRAM FOLDER: writes the program's man pages into a folder, made of what its --help says.

One page for each command: asset-catalog.1, asset-catalog-record.1, asset-catalog-record-start.1 and so on. The texts come
from `--experimental-dump-help`, the synopsis from `--help`; only what help does not list, variables and files, is said
here. A page lists those of them that its texts name, the first page all. SOURCE_DATE_EPOCH gives the date of the pages,
otherwise today. Called by Scripts/install.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

ENVIRONMENT = {
    "FILESYSTEM_URL": "The storage root where no --root is given: a folder, which may be written as file://FOLDER. "
    "Empty: the current folder.",
    "ASSET_METADATA_LOCATION": "The name of the metadata folder below the root where no --metadata is given.",
    "ASSET_CATALOG_INDEX": "The file of the index where no --index is given.",
    "ASSET_CATALOG_POLICY": "The policy file where no --policy is given.",
    "ASSET_CATALOG_RUN_ID": "Set by asset-catalog exec for its command: the id of the run.",
    "ASSET_CATALOG_ASSET_NAME": "Set by asset-catalog exec for its command: the name of the asset.",
    "ASSET_CATALOG_ASSET_ID": "Set by asset-catalog exec for its command: the id of the asset's configuration.",
    "TZDIR": "The folder of the zone files that policy files name; otherwise /usr/share/zoneinfo.",
    "XDG_CACHE_HOME": "Indexes of trees that you may not write are in its folder asset-catalog; otherwise in that of "
    "~/.cache.",
    "HOME": "Your own folder: what ~ stands for, and where .cache and .aws are.",
    "TMPDIR": "The first folder tried, before /var/tmp and /tmp, for the listing of a bucket that cannot be kept beside the "
    "index.",
    "PATH": "Where asset-catalog exec looks for its command.",
    "NO_COLOR": "If set, tables on a terminal have no colours.",
    "TERM": "If it is dumb, there are neither colours nor a line of progress.",
    "AWS_ACCESS_KEY_ID": "With AWS_SECRET_ACCESS_KEY: the key for roots in buckets (s3://BUCKET/PREFIX).",
    "AWS_SECRET_ACCESS_KEY": "The secret of AWS_ACCESS_KEY_ID.",
    "AWS_SESSION_TOKEN": "The token of temporary keys.",
    "AWS_PROFILE": "The profile to read from the two files below; otherwise AWS_DEFAULT_PROFILE, otherwise default.",
    "AWS_DEFAULT_PROFILE": "See AWS_PROFILE.",
    "AWS_SHARED_CREDENTIALS_FILE": "The file of keys; otherwise ~/.aws/credentials.",
    "AWS_CONFIG_FILE": "The file of profiles; otherwise ~/.aws/config.",
    "AWS_REGION": "The region of the bucket; otherwise AWS_DEFAULT_REGION, otherwise that of the profile.",
    "AWS_DEFAULT_REGION": "See AWS_REGION.",
    "AWS_ENDPOINT_URL_S3": "The address of the store; otherwise AWS_ENDPOINT_URL, otherwise that of AWS.",
    "AWS_ENDPOINT_URL": "See AWS_ENDPOINT_URL_S3.",
    "AWS_ENDPOINT_URL_STS": "The address that changes a web identity for keys.",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "If true, no address of a store is taken from the variables or files.",
    "AWS_CA_BUNDLE": "A file of the certificates to trust.",
    "AWS_ROLE_ARN": "The role to take with AWS_WEB_IDENTITY_TOKEN_FILE.",
    "AWS_ROLE_SESSION_NAME": "The name of that role's session.",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "The file of a web identity's token.",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "Where a container asks for keys.",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "Where a container asks for keys: a whole address.",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "What it shows there.",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "The file of what it shows there.",
    "AWS_EC2_METADATA_DISABLED": "If true, the machine is not asked for keys.",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "Where the machine is asked for keys.",
}

ASSET = "ROOT/_asset_metadata/asset_name=NAME/asset_id=ID"
INDEX = ".index/catalog.sqlite"
# Each file, what it is, and the word by which a text speaks of it.
FILES = [
    (f"{ASSET}/manifest.json", "The manifest of an asset.", "manifest"),
    (f"{ASSET}/asset_run_id=RUN/metadata.json", "The metadata of a run.", "metadata"),
    (f"ROOT/_asset_metadata/{INDEX}", "The index. It may be deleted at any time.", INDEX),
    ("~/.cache/asset-catalog", "Indexes of trees that you may not write.", None),
    ("ROOT/freshness.yaml, ROOT/freshness.json", "The policy file: how fresh assets have to be.", "freshness.yaml"),
    ("/usr/share/zoneinfo", "The time zones of policy files.", None),
]

HEADING = re.compile(r"([A-Z][A-Z ]+):")
SPECIAL = {
    "\\": r"\(rs", "-": r"\-", "'": r"\(aq", "`": r"\(ga", '"': r"\(dq", "^": r"\(ha", "~": r"\(ti", "\u2026": "...",
}


def escaped(text):
    """Text as roff prints it: nothing in it is a request, an escape, or a typographer's quote or hyphen."""
    out = "".join(
        SPECIAL.get(c) or (c if " " <= c <= "~" else f"\\[u{ord(c):04X}]" if c > "\x9f" else "?") for c in text
    )
    return r"\&" + out if out.startswith(".") else out


def wrapped(text):
    """Lines of source for a paragraph, with its options in bold. Where they end makes no difference on the page."""
    return filled(marked(word) for word in text.split())


def marked(word):
    parts = re.split(r"(?<![\w-])(--?[a-z][a-z-]*)", word)
    # What has a hyphen is found as it is written: it is not divided at the end of a line.
    whole = r"\%" if "-" in word else ""
    return whole + "".join(rf"\fB{escaped(p)}\fR" if i % 2 else escaped(p) if p else "" for i, p in enumerate(parts))


def filled(words):
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > 78:
            lines.append("")
        lines[-1] += " " + word if lines[-1] else word
    return lines


def body(lines):
    """Paragraphs are filled; lines that begin with a blank stay as they are."""
    out, paragraph, kept = [], [], []

    def flush():
        if paragraph:
            out.extend([".PP"] + wrapped(" ".join(paragraph)))
        if kept:
            out.extend([".PP", ".EX"] + [escaped(line) for line in kept] + [".EE"])
        paragraph.clear()
        kept.clear()

    for line in lines:
        indented = line.startswith(" ")
        if not line.strip() or (kept if not indented else paragraph):
            flush()
        if line.strip():
            (kept if indented else paragraph).append(line.rstrip() if indented else line)
    flush()
    return out


def items(pairs):
    """A list of tags, which are source already, and what is said of each."""
    out = []
    for tag, text in pairs:
        out += [".TP", tag] + wrapped(text)
    return out


def statuses(lines):
    found = [match for line in lines for match in re.findall(r"(?:^|\s)(\d+) {2,}(.+?)(?=\s+\d+ {2}|$)", line)]
    return items((rf"\fB{number}\fR", meaning) for number, meaning in found)


def option(argument):
    """The tag of an option or an argument, and its text as in --help."""
    value = rf"\fI{escaped(argument['valueName'])}\fR"
    if argument["kind"] == "positional":
        tag = value + (r" .\|.\|." if argument["isRepeating"] else "")
    else:
        dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
        names = sorted(argument["names"], key=lambda n: n["kind"] != "short")
        tag = ", ".join(rf"\fB{escaped(dashes[n['kind']] + n['name'])}\fR" for n in names)
        if argument["kind"] == "option":
            tag += " " + value
    text = argument.get("abstract", "")
    facts = []
    if argument.get("allValues"):
        facts.append("values: " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue"):
        facts.append("default: " + argument["defaultValue"])
    return tag, text + (f" ({'; '.join(facts)})" if facts else "")


def synopsis(program, words):
    """The line USAGE of --help: what is typed in bold, what stands for something in italics."""
    text = subprocess.run(
        [program, *words, "--help"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    usage = re.search(r"^USAGE: (.*?)\n\n", text, re.M | re.S)
    if not usage:
        sys.exit(f"manual.py: the help of '{' '.join(words) or program}' has no line that begins with USAGE")
    line = " ".join(usage.group(1).split()).replace("[<options>]", "<options>").replace("<options>", "[<options>]")
    parts = re.split(r"(<[^>]*>|\.\.\.|[\[\]|()])", line)
    out = ""
    for part in parts:
        if part.startswith("<"):
            out += rf"\fI{escaped(part[1:-1])}\fR"
        elif part == "...":
            out += r".\|.\|."
        else:
            out += re.sub(r"[^\s\[\]|()]+", lambda m: rf"\%\fB{escaped(m.group())}\fR", part)
    return filled(out.split())


class Page:
    def __init__(self, program, command, path, version, date):
        self.command, self.path, self.program = command, path, program
        self.name = "-".join(path)
        self.version, self.date = version, date
        self.options = [a for a in command.get("arguments", []) if a["shouldDisplay"]]
        self.children = [c for c in command.get("subcommands", []) if c["shouldDisplay"] and c["commandName"] != "help"]

    def sections(self):
        """The long text of the help by its headings; the first part has none."""
        sections, lines = {}, []
        sections["DESCRIPTION"] = lines
        for line in (self.command.get("discussion") or "").expandtabs().split("\n"):
            if match := HEADING.fullmatch(line):
                lines = sections.setdefault(match.group(1), [])
            else:
                lines.append(line)
        return sections

    def mentions(self, word):
        """Whether the page's texts name a variable, a file or a word."""
        texts = [self.command.get("discussion") or ""] + [a.get("abstract", "") for a in self.options]
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for text in texts)

    def reference(self, path):
        return rf"\%\fB{escaped('-'.join(path))}\fR(1)"

    def source(self):
        title = escaped(self.name.upper())
        out = [
            r".\" Made by Scripts/package_files/manual.py of the program's own help.",
            f'.TH "{title}" 1 "{self.date}" "asset\\-catalog {escaped(self.version)}" "Asset catalog"',
            ".ad l",
            ".SH NAME", *filled(f"{escaped(self.name)} \\- {escaped(self.command['abstract'].rstrip('.'))}".split(" ")),
            ".SH SYNOPSIS", *synopsis(self.program, self.path[1:]),
        ]
        sections = self.sections()
        examples = sections.pop("EXAMPLES", [])
        # What follows the examples in the help belongs to the description here.
        remarks = [line for line in examples if not line.startswith(" ")]
        examples = [line for line in examples if line.startswith(" ")]
        description = body(sections.pop("DESCRIPTION") + remarks)
        out += [".SH DESCRIPTION"] + (description or wrapped(self.command["abstract"]))
        if self.children:
            tags = ((self.reference(self.path + [c["commandName"]]), c["abstract"]) for c in self.children)
            out += [".SH COMMANDS"] + items(tags)
        for heading, kind in ("ARGUMENTS", True), ("OPTIONS", False):
            chosen = [option(a) for a in self.options if (a["kind"] == "positional") == kind]
            if chosen:
                out += [f".SH {heading}"] + items(chosen)
        ends = sections.pop("EXIT STATUS", [])
        for heading, lines in sections.items():
            out += [f".SH {heading}"] + body(lines)
        if ends:
            out += [".SH EXIT STATUS"] + statuses(ends) + body([line for line in ends if not line.startswith(" ")])
        out += self.surroundings()
        if examples:
            out += [".SH EXAMPLES"] + body(examples)
        out += [".SH SEE ALSO"] + self.relatives()
        return without_double_breaks("\n".join(out) + "\n")

    def surroundings(self):
        whole = len(self.path) == 1
        variables = [(rf"\fB{escaped(v)}\fR", text) for v, text in ENVIRONMENT.items() if whole or self.mentions(v)]
        named = [(f, text) for f, text, word in FILES if whole or (word and self.mentions(word))]
        # A long path may go on in the next line, after a slash.
        files = [(rf"\fI{escaped(f)}\fR".replace("/", r"/\:"), text) for f, text in named]
        out = [".SH ENVIRONMENT"] + items(variables) if variables else []
        return out + ([".SH FILES"] + items(files) if files else [])

    def relatives(self):
        ancestors = [self.path[:n] for n in range(1, len(self.path))]
        children = [self.path + [c["commandName"]] for c in self.children]
        return [line + "," for line in map(self.reference, ancestors + children)] or [r"\fBsqlite3\fR(1),"]


def without_double_breaks(source):
    """A heading makes a paragraph of its own."""
    source = re.sub(r"(?m)^(\.SH .*)\n\.PP$", r"\1", source)
    return re.sub(r",\n\Z", "\n", source)


def pages(program, command, path, version, date):
    page = Page(program, command, path, version, date)
    yield page
    for child in page.children:
        yield from pages(program, child, path + [child["commandName"]], version, date)


def main(program, folder):
    def said(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, encoding="utf-8", check=True).stdout

    version = said("--version").strip()
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch else datetime.datetime.now()
    command = json.loads(said("--experimental-dump-help"))["command"]
    for page in pages(program, command, [command["commandName"]], version, now.strftime("%Y-%m-%d")):
        file = pathlib.Path(folder, page.name + ".1")
        file.write_text(page.source(), encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n")[0])
    main(sys.argv[1], sys.argv[2])
