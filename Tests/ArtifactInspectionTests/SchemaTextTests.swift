import ManifestModel
import Testing

@testable import ArtifactInspection

@Suite("A schema text")
struct SchemaTextTests {
  /// The examples of FIPS 180-4 and of NIST's page of test vectors; the lengths around a block by Python's hashlib.
  @Test(
    "is digested as SHA-256 has it",
    arguments: [
      ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
      ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
      ("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
      ("a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
      ("a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
      ("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
      ("a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
      ("a", 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
      ("a", 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"),
    ])
  func digests(text: String, count: Int, digest: String) {
    let message = Array(repeatElement(text.utf8, count: count).joined())
    let hexadecimal = SHA256.digest(message).map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }
    #expect(hexadecimal.joined() == digest)
  }

  @Test("spells columns line by line, names behind their length")
  func spells() {
    var text = SchemaText(family: "parquet")
    text.add(.field, "list", name: Array("tägs".utf8), depth: 0)
    text.add(.element, "string", depth: 1)
    text.add(.field, "int64", name: Array("a\nb".utf8), depth: 0)
    #expect(
      String(decoding: text.bytes, as: UTF8.self) == """
        parquet
        0 field list 5:tägs
        1 element string 0:
        0 field int64 3:a
        b

        """)
  }

  @Test("of no column, or of more than are hashed, has no hash")
  func hasNoHash() {
    var text = SchemaText(family: "json")
    #expect(text.hash == nil)
    for _ in 0..<SchemaText.mostFields { text.add(.field, "null", depth: 0) }
    #expect(text.hash != nil)
    text.add(.field, "null", depth: 0)
    #expect(text.hash == nil)
  }
}
