import ManifestModel
import Testing

@testable import ObjectStorage

@Suite("A page of a listing")
struct ListingDocumentTests {
  private static func page(_ content: String, head: String = "<EncodingType>url</EncodingType>") -> [UInt8] {
    Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/"><Name>b</Name>\(head)\(content)</ListBucketResult>
      """.utf8)
  }

  private static func object(_ key: String, tag: String = "&quot;e&quot;") -> String {
    """
    <Contents><Key>\(key)</Key><LastModified>2009-10-12T17:50:30.123Z</LastModified><ETag>\(tag)</ETag>\
    <Size>434234</Size><Owner><ID>x</ID><DisplayName/></Owner><StorageClass>STANDARD</StorageClass></Contents>
    """
  }

  private static let last = "<IsTruncated>false</IsTruncated>"

  @Test("gives its objects, and the token of the next page with references resolved")
  func whole() throws {
    let content =
      Self.object("a/b.json") + Self.object("c")
      + "<IsTruncated>true</IsTruncated><NextContinuationToken>t&#x3D;&#61;&amp;</NextContinuationToken>"
    let document = try ListingDocument(Self.page(content), prefix: [])
    #expect(document.next == "t==&".bytes)
    #expect(document.objects.map(\.key) == ["a/b.json".bytes, "c".bytes])
    let first = try #require(document.objects.first)
    #expect(first.size == 434_234)
    #expect(first.version == ObjectVersion(bytes: "e".bytes))
    #expect(first.modified == Timestamp("2009-10-12T17:50:30Z"))
  }

  @Test(
    "spells keys as each store does: references first, then percent, and a plus is a space",
    arguments: [
      ("a+b%2Bc%20d", "a b+c d"), ("it&apos;s", "it's"), ("%26amp%3B", "&amp;"), ("a%2525", "a%25"),
      ("asset_name%3Dbronze/asset_id%3D1", "asset_name=bronze/asset_id=1"), ("%F0%9F%A6%86&#x1F986;", "🦆🦆"),
      ("<![CDATA[x&y]]>z", "x&yz"), ("a<!-- no --><!--> -->b", "ab"), ("%01%0A", "\u{1}\n"),
    ])
  func keys(_ spelled: String, _ key: String) throws {
    let document = try ListingDocument(Self.page(Self.object(spelled) + Self.last), prefix: [])
    #expect(document.objects.map(\.key) == [key.bytes])
  }

  @Test("keeps keys that are no UTF-8")
  func foreignBytes() throws {
    let document = try ListingDocument(Self.page(Self.object("%FF%00%C3") + Self.last), prefix: [])
    #expect(document.objects.map(\.key) == [[0xFF, 0x00, 0xC3]])
  }

  @Test("is not decoded where the store says that it did not encode")
  func notEncoded() throws {
    let document = try ListingDocument(Self.page(Self.object("a+%41") + Self.last, head: ""), prefix: [])
    #expect(document.objects.map(\.key) == ["a+%41".bytes])
  }

  @Test("spells tags with quotation marks or without", arguments: ["&#34;e&#34;", "e", "\"e\"", "&quot;e&quot;"])
  func tags(_ tag: String) throws {
    let document = try ListingDocument(Self.page(Self.object("k", tag: tag) + Self.last), prefix: [])
    #expect(document.objects.map(\.version) == [ObjectVersion(bytes: "e".bytes)])
  }

  @Test("may be empty, and have elements that nobody here knows")
  func unknown() throws {
    let content = "<Prefix/><CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes><A b='>'><C/></A>" + Self.last
    #expect(try ListingDocument(Self.page(content), prefix: []).objects.isEmpty)
  }

  @Test("is an error wherever it is cut off")
  func cut() {
    let whole = Self.page(Self.object("a") + Self.object("b") + Self.last)
    for count in whole.indices {
      #expect(throws: ListingDocument.Fault.self, "\(count) bytes") {
        try ListingDocument(Array(whole[..<count]), prefix: [])
      }
    }
  }

  @Test(
    "is an error that is not whole, or makes no sense",
    arguments: [
      ("truncated, and names no next page", page("<IsTruncated>true</IsTruncated>")),
      ("an empty token", page("<IsTruncated>true</IsTruncated><NextContinuationToken/>")),
      ("nothing about its end", page(object("a"))),
      ("an end that is neither", page("<IsTruncated>perhaps</IsTruncated>")),
      ("an object without a key", page("<Contents><Size>1</Size></Contents>" + last)),
      ("an empty key", page(object("") + last)),
      ("a size below nothing", page("<Contents><Key>a</Key><Size>-1</Size></Contents>" + last)),
      ("half a percent", page(object("a%4") + last)),
      ("no digits after a percent", page(object("a%zz") + last)),
      ("a reference to nothing", page(object("&nothing;") + last)),
      ("a reference to no character", page(object("&#xD800;") + last)),
      ("a reference without an end", page(object("&amp") + last)),
      ("tags that cross", page("<A><B></A></B>" + last)),
      ("an element in a key", page("<Contents><Key>a<b/></Key></Contents>" + last)),
      ("a key out of the prefix", page(object("z") + last)),
      ("a document type", Array("<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult/>".utf8)),
      ("a page of a proxy", Array("<html><body>Sign in</body></html>".utf8)),
      ("text before", Array("x<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>".utf8)),
      ("two documents", page(last) + Array("<ListBucketResult/>".utf8)),
      ("very deep", page(String(repeating: "<a>", count: 100_000))),
      ("nothing", []),
    ] as [(String, [UInt8])])
  func hostile(_ what: String, _ bytes: [UInt8]) {
    #expect(throws: ListingDocument.Fault.self) {
      try ListingDocument(bytes, prefix: what == "a key out of the prefix" ? "a".bytes : [])
    }
  }

  @Test("may be a document about an error, though the status is good")
  func refused() {
    let error = Array("<?xml version='1.0'?>\n<Error><Code>InternalError</Code><Message>x</Message></Error>".utf8)
    #expect(throws: ListingDocument.Fault.refused("InternalError")) { try ListingDocument(error, prefix: []) }
  }

  @Test("of any bytes ends, and gives no half of it")
  func noise() {
    var random = Seeded(state: 13)
    let whole = Self.page(Self.object("a%20b") + "<!-- c -->" + Self.object("<![CDATA[d]]>") + Self.last)
    for _ in 0..<2_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] =
          Array("<>/&;![]-\"'? aA0%".utf8).randomElement(using: &random) ?? 0
      }
      guard let document = try? ListingDocument(bytes, prefix: []) else { continue }
      #expect(document.objects.count <= 2)
    }
  }
}

/// The same numbers each time (SplitMix64).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

@Suite("A document about an error")
struct ErrorDocumentTests {
  @Test("tells its code and a region, also from STS, and also where it is cut off")
  func code() {
    let text = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region><X/></Error>"
    #expect(ErrorDocument(text.bytes)?.code == "AuthorizationHeaderMalformed")
    #expect(ErrorDocument(text.bytes)?.region == "eu-west-1")
    #expect(ErrorDocument(Array(text.bytes.dropLast(12)))?.region == "eu-west-1")
    #expect(
      ErrorDocument("<ErrorResponse><Error><Type>S</Type><Code>A.B</Code></Error></ErrorResponse>".bytes)?.code == "A.B"
    )
  }

  @Test(
    "is none without a code that can stand in a message",
    arguments: ["", "<html/>", "<Error/>", "<Error><Code>a b</Code></Error>", "<Error><Code></Code></Error>", "{}"])
  func none(_ text: String) {
    #expect(ErrorDocument(text.bytes) == nil)
  }
}
