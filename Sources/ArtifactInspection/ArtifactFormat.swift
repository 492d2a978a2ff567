/// What a file is: told by its first and last bytes where they are unmistakable, otherwise by the suffix of its path.
struct ArtifactFormat {
  /// How to read a file.
  enum Reading: Equatable {
    /// From the footer.
    case parquet
    /// As delimited text.
    case delimited(preferred: UInt8)
    /// As JSON; mad_prefect writes JSON lines under `.json`, so both names may hold either form.
    case json(lines: Bool)
    /// Not at all: compressed, encrypted, or of a format that is only known by name.
    case none
  }

  /// The name that is recorded, such as `parquet`, `csv` or `csv.gz`; `nil` where nothing tells the format.
  let name: String?
  let reading: Reading

  private init(_ name: String?, _ reading: Reading = .none) {
    self.name = name
    self.reading = reading
  }

  /// The format of a file from its path alone.
  init(path: String) {
    self.init(path: path, head: [], tail: [])
  }

  /// The format of a file from its path, and its first and last four bytes as far as there are that many.
  init(path: String, head: some Sequence<UInt8>, tail: some Sequence<UInt8>) {
    var suffixes = Suffixes(path: path)
    let head = Array(head)
    // A text may begin with the four letters, but hardly ends with them as well.
    if head.elementsEqual("PAR1".utf8), tail.elementsEqual("PAR1".utf8) || !suffixes.isText {
      self.init("parquet", .parquet)
      return
    }
    // The magic of a file whose footer is encrypted.
    if head.elementsEqual("PARE".utf8), tail.elementsEqual("PARE".utf8) || !suffixes.isText {
      self.init("parquet")
      return
    }
    if head.starts(with: [0x1F, 0x8B]) {
      suffixes.compression = "gz"
    } else if head.elementsEqual([0x28, 0xB5, 0x2F, 0xFD]) {
      suffixes.compression = "zst"
    }
    if let compression = suffixes.compression {
      self.init(suffixes.format.map { "\($0).\(compression)" } ?? compression)
      return
    }
    switch suffixes.format {
    case "csv": self.init("csv", .delimited(preferred: UInt8(ascii: ",")))
    case "tsv": self.init("tsv", .delimited(preferred: UInt8(ascii: "\t")))
    case "json": self.init("json", .json(lines: false))
    case "jsonl": self.init("jsonl", .json(lines: true))
    default: self.init(suffixes.format)
    }
  }
}

/// The suffixes of a path that say something.
private struct Suffixes {
  /// The name of the format that the path claims.
  let format: String?
  /// The compression around it.
  var compression: String?

  var isText: Bool { ["csv", "tsv", "json", "jsonl"].contains(format) && compression == nil }

  init(path: String) {
    let name = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? path.utf8[...]
    // The first part is the stem. Bytes that are not ASCII match no suffix, whatever they turn into.
    var parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).dropFirst()[...]
    func last() -> String? { parts.last.map { String(Substring($0)).lowercased() } }
    switch last() {
    case "gz", "gzip": compression = "gz"
    case "zst", "zstd": compression = "zst"
    case "bz2": compression = "bz2"
    case "xz": compression = "xz"
    default: compression = nil
    }
    if compression != nil { parts = parts.dropLast() }
    switch last() {
    case "parquet", "parq", "pq": format = "parquet"
    case "csv": format = "csv"
    case "tsv", "tab": format = "tsv"
    case "json": format = "json"
    case "jsonl", "ndjson": format = "jsonl"
    case "arrow", "feather": format = "arrow"
    case "avro": format = "avro"
    case "orc": format = "orc"
    case "xlsx": format = "xlsx"
    case "xml": format = "xml"
    case "txt": format = "txt"
    default: format = nil
    }
  }
}
