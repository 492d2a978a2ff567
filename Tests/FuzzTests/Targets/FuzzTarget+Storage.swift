import ManifestModel

@testable import ObjectStorage

extension FuzzTarget {
  /// A page of a listing: one byte that says how the asked-for prefix begins, then the document.
  static let listing = FuzzTarget(name: "listing") { bytes throws(BrokenRule) in
    var input = FuzzInput(bytes)
    let prefix: [UInt8] = input.byte() & 1 == 0 ? [] : Array("a".utf8)
    let document = input.bytes
    guard let page = try? ListingDocument(document, prefix: prefix) else { return }
    try require(page.next?.isEmpty != true, "the next page has an empty token")
    for object in page.objects {
      try require(!object.key.isEmpty && object.key.starts(with: prefix), "a key that was not asked for is listed")
      try require(object.size >= 0, "an object has less than no bytes")
    }
    // Whatever came after it was lost, it is none.
    let end = document.firstRange(of: Array("</ListBucketResult".utf8))?.lowerBound ?? 0
    for part in 0..<32 {
      let cut = Array(document[..<(end * part / 31)])
      try require((try? ListingDocument(cut, prefix: prefix)) == nil, "\(cut.count) bytes of a page are a whole one")
    }
  }

  /// Keys, written as a page by each kind of store: they come back as they went in.
  static let page = FuzzTarget(name: "page") { bytes throws(BrokenRule) in
    var input = FuzzInput(bytes)
    let style = PageStyle.allCases[Int(input.byte()) % PageStyle.allCases.count]
    let order = input.byte()
    let size = input.integer() & .max
    let seconds = Int64(UInt64(bitPattern: input.integer()) % 253_402_300_800)
    let objects = input.bytes.split(separator: 0xFF).map { key in
      ObjectFacts(
        key: Array(key), version: ObjectVersion(bytes: Array("\(key.count)-\(size % 7)".utf8)), size: size,
        modified: Timestamp(seconds: seconds) ?? now)
    }
    let next = objects.last.map { Array(PercentEncoding.encode($0.key).utf8) + Array("=&<\"'>".utf8) }
    let document = style.document(objects, next: next, order: order)
    let page: ListingDocument
    do throws(ListingDocument.Fault) { page = try ListingDocument(document, prefix: []) } catch {
      // A key has a byte at least, and no time is refused that can be spelled.
      throw BrokenRule("a page as \(style) writes it is refused: \(error)")
    }
    try require(page.next == next, "the token of the next page is another one")
    try require(page.objects == objects, "objects come back as others")
  }

  /// What a store answers where something is wrong, and the head of any answer.
  static let answer = FuzzTarget(name: "answer") { bytes throws(BrokenRule) in
    let bytes = Array(bytes)
    if let document = ErrorDocument(bytes) {
      for word in [document.code, document.region].compactMap(\.self) {
        try require(
          (1...64).contains(word.utf8.count) && word.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C },
          "a code that may stand in no message")
      }
      try require((try? ListingDocument(bytes, prefix: [])) == nil, "an error is a page of a listing")
    }
    _ = SecurityTokenService.credentials(in: bytes)
    _ = FlatJSON(bytes)
    let response = HTTPResponse(status: 200, head: bytes)
    for value in [response.header("etag"), response.header("date"), response.header("x-amz-bucket-region")] {
      guard let value else { continue }
      try require(!value.contains(0x0A), "a header has two lines")
    }
    for seconds in [WireTime.seconds(ofDocument: bytes), response.header("date").flatMap(WireTime.seconds(ofHeader:))] {
      guard let seconds else { continue }
      let text = WireTime.compact(seconds)
      try require(text.utf8.count == 16, "\(text) is no time of a signature")
      try require(
        WireTime.seconds(ofDocument: Array(PageStyle.time(seconds).utf8)) == seconds, "\(text) is read as another time")
    }
  }
}

/// How stores write a page of ListObjectsV2 that is asked for with `encoding-type=url`.
private enum PageStyle: CaseIterable {
  case aws, ceph, seaweedfs

  /// - Parameter order: chooses among the orders in which elements may stand.
  func document(_ objects: [ObjectFacts], next: [UInt8]?, order: UInt8) -> [UInt8] {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    if self != .ceph { text += "\n" }
    text += "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><Prefix></Prefix>"
    let head =
      "<IsTruncated>\(next != nil)</IsTruncated>"
      + (next.map { "<NextContinuationToken>\(escaped(String(decoding: $0, as: UTF8.self)))</NextContinuationToken>" }
        ?? "")
    if order & 1 == 0 { text += head }
    text += "<KeyCount>\(objects.count)</KeyCount><MaxKeys>1000</MaxKeys>"
    if order & 2 == 0 { text += "<EncodingType>url</EncodingType>" }
    for object in objects { text += element(object) }
    if order & 2 != 0 { text += "<EncodingType>url</EncodingType>" }
    if order & 4 != 0 { text += "<CommonPrefixes><Prefix>x%2Fy/</Prefix></CommonPrefixes>" }
    if order & 1 != 0 { text += head }
    return Array((text + "</ListBucketResult>").utf8)
  }

  private func element(_ object: ObjectFacts) -> String {
    let tag = escaped("\"\(String(decoding: object.version.bytes, as: UTF8.self))\"")
    let time = "<LastModified>\(Self.time(object.modified.microseconds / 1_000_000))</LastModified>"
    let key = "<Key>\(escaped(encoded(object.key)))</Key>"
    let owner = "<Owner><ID>1</ID><DisplayName>test</DisplayName></Owner>"
    switch self {
    case .aws: return "<Contents>\(key)\(time)<ETag>\(tag)</ETag><Size>\(object.size)</Size><StorageClass/></Contents>"
    case .ceph:
      return
        "<Contents>\(key)\(time)<ETag>\(tag)</ETag><Size>\(object.size)</Size>\(owner)<Type>Normal</Type></Contents>"
    case .seaweedfs:
      return "<Contents>\(owner)<ETag>\(tag)</ETag>\(key)\(time)<Size>\(object.size)</Size></Contents>"
    }
  }

  /// Which bytes stand for themselves differs; a plus never does.
  private func encoded(_ key: [UInt8]) -> String {
    let plain = self == .ceph ? "'()*!~-._/" : self == .aws ? "*-._/" : "-._~/"
    return key.reduce(into: "") { text, byte in
      let scalar = Character(Unicode.Scalar(byte))
      if byte < 0x80, scalar.isLetter || scalar.isNumber || plain.contains(scalar) {
        text.append(scalar)
      } else if byte == 0x20, self != .ceph {
        text.append("+")
      } else {
        text += PercentEncoding.encode([byte])
      }
    }
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += self == .seaweedfs ? "&#34;" : "&quot;"
      case "'": result += self == .seaweedfs ? "&#39;" : self == .ceph ? "&apos;" : "'"
      case "=" where self == .aws: result += "&#x3D;"
      default: result.append(character)
      }
    }
  }

  /// `2009-10-12T17:50:30.000Z`.
  static func time(_ seconds: Int64) -> String {
    let text = WireTime.compact(seconds)
    let digits = Array(text)
    func part(_ range: Range<Int>) -> String { String(digits[range]) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15)).000Z"
  }
}
