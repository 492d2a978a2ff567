import LocalTree
import ManifestStore
import Testing

@Suite("The path buffer")
struct PathBufferTests {
  @Test("A path grows beyond the buffer it began with", arguments: [0, 1, 15, 16, 1000, 100_000])
  func growth(length: Int) {
    let name = String(repeating: "é", count: length)
    let path = PathBuffer(capacity: 16)
    path.set("asset_name=", name, "/manifest.json")
    #expect(String(cString: path.pointer) == "asset_name=" + name + "/manifest.json")
    path.set("short")
    #expect(String(cString: path.pointer) == "short")
    path.append("-")
    path.append([0xC3, 0xA9] as [UInt8])
    #expect(String(cString: path.pointer) == "short-é")
  }
}
