import ManifestModel
import Testing

@testable import ArtifactInspection

/// Schemas that are legal but odd. What is right was told by pyarrow and DuckDB, which read these very bytes.
@Suite("An odd schema")
struct OddSchemaTests {
  /// A `SchemaElement` in Thrift's compact encoding.
  private static func element(_ name: String, type: UInt8? = nil, children: UInt8? = nil, converted: UInt8? = nil)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    var last: UInt8 = 0
    func field(_ id: UInt8, _ kind: UInt8, _ value: [UInt8]) {
      bytes += [(id - last) << 4 | kind] + value
      last = id
    }
    if let type { field(1, 5, [type << 1]) }
    field(3, 5, [converted == nil && name == "list" ? 4 : 2])
    field(4, 8, [UInt8(name.utf8.count)] + name.utf8)
    if let children { field(5, 5, [children << 1]) }
    if let converted { field(6, 5, [converted << 1]) }
    return bytes + [0]
  }

  private static func file(_ elements: [[UInt8]]) -> [UInt8] {
    ParquetBytes.file(footer: [0x15, 0x02, 0x19, UInt8(elements.count) << 4 | 0xC] + elements.joined() + [0x16, 4])
  }

  private static let (a, b) = (element("a", type: 1), element("b", type: 6))

  @Test("with a type beside its children is that of a group, at the root and below")
  func typedGroups() throws {
    let scratch = try ScratchFile()
    func hash(_ elements: [[UInt8]]) throws -> String? {
      let facts = try scratch.inspect(Self.file(elements), as: "x.parquet")
      #expect(facts.rowCount == 2)
      return facts.schemaHash
    }
    let plain = try hash([Self.element("r", children: 2), Self.a, Self.b])
    #expect(plain != nil)
    for type: UInt8 in [0, 1, 6, 7] {
      #expect(try hash([Self.element("r", type: type, children: 2), Self.a, Self.b]) == plain)
    }
    // Other columns are another schema.
    let other = try hash([Self.element("r", type: 1, children: 2), Self.a, Self.element("c", type: 6)])
    #expect(other != nil && other != plain)

    let group = try hash([Self.element("r", children: 1), Self.element("g", children: 2), Self.a, Self.b])
    #expect(group != nil && group != plain)
    #expect(
      try hash([Self.element("r", children: 1), Self.element("g", type: 2, children: 2), Self.a, Self.b]) == group)

    func list(_ type: UInt8?) throws -> String? {
      try hash([
        Self.element("r", children: 1), Self.element("l", type: type, children: 1, converted: 3),
        Self.element("list", children: 1), Self.a,
      ])
    }
    #expect(try list(nil) != nil)
    #expect(try list(1) == list(nil))
  }

  @Test("whose counts of children do not add up has no hash")
  func refused() throws {
    let scratch = try ScratchFile()
    for elements in [
      [Self.element("r", type: 1, children: 3), Self.a, Self.b],
      [Self.element("r", type: 1, children: 1), Self.a, Self.b],
      [Self.element("r", type: 1), Self.a, Self.b], [Self.element("r", type: 1)],
      [Self.element("r", children: 1), Self.element("g", type: 1, children: 2), Self.a],
    ] {
      #expect(try scratch.inspect(Self.file(elements), as: "x.parquet").schemaHash == nil)
    }
  }
}

/// Delimiters that a header leaves open. What is right was told by DuckDB and Python's csv.
@Suite("A delimiter in doubt")
struct DelimiterTests {
  @Test(
    "is the one by which rows are as long as the header, where rows differ",
    arguments: [
      ("price (a,b,c);id\n1;\"x\ny\"\n2;\"z\"\n", 2), ("name, first;age\n\"a\nb\";3\n", 1),
      ("a;b\n\"1,5\";2\n\"x\ny,z\";3\n", 2), ("a|b\n1|\"x\n,y\"\n", 1), ("a,b;c|d\n1;\"2\n3\"\n", 1),
      // All agree.
      ("a,b;c\n1;2\n3,4\n5\n", 3), ("a,b,c\n1,2\n\n3,4,5,6\n", 2), ("name\n1\n2\n", 2),
      // None is even: the rows are not told.
      ("a,b;c\n1;\"x\ny\";3\n4\n", nil),
      // Each is even, and they do not agree.
      ("a,b;c,d\n1,2;\"x,4\n5,6;y\",7\n", nil),
    ] as [(String, Int64?)])
  func rows(text: String, count: Int64?) throws {
    #expect(try ScratchFile().inspect(Array(text.utf8), as: "x.csv").rowCount == count)
  }

  @Test("is the one that a line before the header names")
  func separatorLine() throws {
    let scratch = try ScratchFile()
    func facts(_ text: String) throws -> (hash: String?, rows: Int64?) {
      let facts = try scratch.inspect(Array(text.utf8), as: "x.csv")
      return (facts.schemaHash, facts.rowCount)
    }
    let plain = try facts("a;b\n1;2\n3;4\n")
    #expect(plain.rows == 2)
    for line in ["sep=;\n", "sep=;\r\n", "sep=;\r", "\u{FEFF}sep=;\r\n"] {
      let named = try facts(line + "a;b\r\n1;2\r\n3;4\r\n")
      #expect(named.hash == plain.hash && named.rows == plain.rows, "\(line.debugDescription)")
    }
    #expect(try facts("sep=^\na^b,c\n1^\"x\n,\"\n").rows == 1)
    #expect(try facts("sep=^\na^b,c\n").hash != facts("a^b,c\n").hash)
    // A header that only begins so.
    #expect(try facts("sep=x;b\n1;2\n").rows == 1)
    #expect(try facts("sep=\n1\n").rows == 1)
    #expect(try facts("sep=;\n").rows == nil)
  }
}
