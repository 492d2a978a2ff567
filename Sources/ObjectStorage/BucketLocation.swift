/// Where a root lies: `s3://bucket/prefix`.
package struct BucketLocation: Hashable, Sendable, CustomStringConvertible {
  package let bucket: String
  /// What all keys of the root begin with; empty or with a slash at its end.
  package let prefix: [UInt8]

  /// - Throws: for what is no such address, and for buckets that work in another way.
  package init(_ text: String) throws(ObjectError) {
    func fault(_ trouble: String) -> ObjectError {
      ObjectError(
        .misconfigured, "\(text.withoutSecrets.printable) \(trouble): write s3://BUCKET or s3://BUCKET/PREFIX.")
    }
    guard text.utf8.starts(with: "s3://".utf8) else { throw fault("is no address of a bucket") }
    let rest = text.utf8.dropFirst(5)
    let bucket = String(decoding: rest.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
    guard !bucket.isEmpty else { throw fault("names no bucket") }
    if bucket.hasPrefix("arn:") || bucket.hasSuffix("--x-s3")
      || bucket.hasSuffix("-s3alias") && bucket.contains("--ol-")
    {
      throw ObjectError(
        .unsupported,
        "The bucket \(bucket.printable) is no general purpose bucket, and only those are supported: name one of them.")
    }
    guard (3...255).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isBucketByte),
      bucket != "..", bucket != "..."
    else { throw fault("names a bucket that no store can have") }
    self.bucket = bucket
    var prefix = Array(rest.dropFirst(bucket.utf8.count + 1))
    while prefix.last == UInt8(ascii: "/") { prefix.removeLast() }
    if !prefix.isEmpty { prefix.append(UInt8(ascii: "/")) }
    guard prefix.count <= 1024 else { throw fault("is longer than a key can be") }
    self.prefix = prefix
  }

  /// The address itself, without a slash at its end: other roots have others.
  package var address: String {
    "s3://\(bucket)" + (prefix.isEmpty ? "" : "/" + String(decoding: prefix.dropLast(), as: UTF8.self))
  }

  /// The same for messages, where two roots that look alike are one.
  package var description: String { address.printable }

  /// Whether the name may stand as a part of a host's name under one certificate.
  var isHostName: Bool {
    (3...63).contains(bucket.utf8.count)
      && bucket.utf8.allSatisfy {
        ($0 &- UInt8(ascii: "a")) < 26 || ($0 &- UInt8(ascii: "0")) < 10 || $0 == UInt8(ascii: "-")
      }
  }

  private static func isBucketByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension String {
  /// The text of an address for messages: without what stands before an `@` as a user and a password, and without a
  /// query, which may hold a signature.
  package var withoutSecrets: String {
    guard let scheme = utf8.firstRange(of: "://".utf8) else { return self }
    var rest = self[scheme.upperBound...]
    if let query = rest.utf8.firstIndex(of: UInt8(ascii: "?")) { rest = rest[..<query] + "?…" }
    // A secret may hold slashes, and an @ as well.
    if let sign = rest.utf8.lastIndex(of: UInt8(ascii: "@")) { rest = "…" + rest[sign...] }
    return String(self[..<scheme.upperBound] + rest)
  }

  /// For messages: without characters that move a cursor or hide what is there.
  var printable: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory.isPrintable ? $0 : "\u{FFFD}" }))
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isPrintable: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
