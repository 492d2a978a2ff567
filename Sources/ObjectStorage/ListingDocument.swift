internal import ManifestModel

/// A page of ListObjectsV2 as the store sent it.
///
/// All or nothing: whoever compares a listing with what is known would take what a shorter page leaves out for deleted.
struct ListingDocument: Hashable {
  enum Fault: Error, Hashable {
    /// It is a document about an error, though the status says that all is well; its code.
    case refused(String)
    /// It is no document of S3 at all.
    case foreign
    /// It is not a whole listing; what is wrong with it, for people.
    case malformed(String)
  }

  var objects: [ObjectFacts] = []
  var next: [UInt8]?

  /// - Parameter prefix: what all keys must begin with.
  init(_ bytes: [UInt8], prefix: [UInt8]) throws(Fault) {
    if let error = ErrorDocument(bytes) { throw .refused(error.code) }
    do {
      try bytes.withUnsafeBufferPointer { bytes in
        var scanner = XMLScanner(bytes)
        try read(&scanner)
      }
    } catch let fault as Fault {
      throw fault
    } catch {
      throw .malformed("it is cut off, or no XML")
    }
    for object in objects where !object.key.starts(with: prefix) {
      throw .malformed("it lists a key that was not asked for")
    }
  }

  private var isTruncated: Bool?
  private var isEncoded = false

  private mutating func read(_ scanner: inout XMLScanner) throws {
    guard case .start(let root)? = try scanner.next(), scanner.name(root, is: "ListBucketResult") else {
      throw Fault.foreign
    }
    while case .start(let name)? = try scanner.next() {
      if scanner.name(name, is: "Contents") {
        objects.append(try readObject(&scanner))
      } else if scanner.name(name, is: "IsTruncated") {
        isTruncated = try truth(scanner.readText())
      } else if scanner.name(name, is: "NextContinuationToken") {
        next = try scanner.readText()
      } else if scanner.name(name, is: "EncodingType") {
        isEncoded = try scanner.readText().elementsEqual("url".utf8)
      } else {
        try scanner.skipElement()
      }
    }
    guard try scanner.next() == nil else { throw XMLScanner.Fault() }
    guard let isTruncated else { throw Fault.malformed("it does not say whether it is the last page") }
    if isTruncated, next?.isEmpty != false { throw Fault.malformed("it is not the last page, and names no next one") }
    if !isTruncated { next = nil }
    if isEncoded { try decodeKeys() }
  }

  private mutating func decodeKeys() throws(Fault) {
    for index in objects.indices {
      guard let key = PercentEncoding.decodeKey(objects[index].key) else {
        throw .malformed("a key is spelled in a way that makes no sense")
      }
      objects[index].key = key
    }
  }

  private func readObject(_ scanner: inout XMLScanner) throws -> ObjectFacts {
    var key: [UInt8]?
    var version: ObjectVersion?
    var size: Int64?
    var modified: Timestamp?
    while case .start(let name)? = try scanner.next() {
      if scanner.name(name, is: "Key") {
        key = try scanner.readText()
      } else if scanner.name(name, is: "ETag") {
        version = ObjectVersion(tag: try scanner.readText())
      } else if scanner.name(name, is: "Size") {
        size = Int64(digits: try scanner.readText())
      } else if scanner.name(name, is: "LastModified") {
        modified = WireTime.seconds(ofDocument: try scanner.readText()).flatMap { Timestamp(seconds: $0) }
      } else {
        try scanner.skipElement()
      }
    }
    guard let key, !key.isEmpty, let version, let size, let modified else {
      throw Fault.malformed("it lists an object without a key, a tag, a size or a time")
    }
    return ObjectFacts(key: key, version: version, size: size, modified: modified)
  }

  private func truth(_ text: [UInt8]) throws(Fault) -> Bool {
    if text.elementsEqual("true".utf8) { return true }
    if text.elementsEqual("false".utf8) { return false }
    throw .malformed("it does not say whether it is the last page")
  }
}

/// What a store says of an error.
struct ErrorDocument: Hashable {
  /// Such as `NoSuchKey`. Letters and digits, so that it may stand in a message.
  var code: String
  /// The region that it names as the right one.
  var region: String?

  /// - Returns: `nil` if it is no such document.
  init?(_ bytes: [UInt8]) {
    var code: [UInt8]?
    var region: [UInt8]?
    do {
      try bytes.withUnsafeBufferPointer { bytes throws(XMLScanner.Fault) in
        var scanner = XMLScanner(bytes)
        guard case .start(var name)? = try scanner.next() else { return }
        // STS wraps it.
        if scanner.name(name, is: "ErrorResponse"), case .start(let inner)? = try scanner.next() { name = inner }
        guard scanner.name(name, is: "Error") else { return }
        while case .start(let name)? = try scanner.next() {
          if scanner.name(name, is: "Code") {
            code = try scanner.readText()
          } else if scanner.name(name, is: "Region") {
            region = try scanner.readText()
          } else {
            try scanner.skipElement()
          }
        }
      }
    } catch {
      // What was read of it before it broke still says more than nothing.
    }
    guard let code, Self.isWord(code, from: []) else { return nil }
    self.code = String(decoding: code, as: UTF8.self)
    if let region, Self.isWord(region, from: [UInt8(ascii: "-")]) {
      self.region = String(decoding: region, as: UTF8.self)
    }
  }

  private static func isWord(_ text: [UInt8], from others: [UInt8]) -> Bool {
    (1...64).contains(text.count)
      && text.allSatisfy {
        ($0 | 0x20) &- UInt8(ascii: "a") < 26 || $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: ".")
          || others.contains($0)
      }
  }
}

extension ObjectVersion {
  /// From an ETag, which listings and headers spell with or without quotation marks.
  init(tag: [UInt8]) {
    let isQuoted = tag.count >= 2 && tag.first == UInt8(ascii: "\"") && tag.last == UInt8(ascii: "\"")
    self.init(bytes: isQuoted ? Array(tag[1..<tag.count - 1]) : tag)
  }
}

extension Int64 {
  /// A number in decimal digits alone.
  init?(digits text: some Collection<UInt8>) {
    guard !text.isEmpty, text.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    self.init(String(decoding: text, as: UTF8.self))
  }
}
