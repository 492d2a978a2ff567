import CatalogTestSupport
import Glibc
import LocalTree
import ManifestModel
import ManifestStore
import StoredTree
import Testing

@Suite("The listing of a folder")
struct FolderListingTests {
  /// Names that share beginnings, differ in length, and are not all UTF-8.
  private static func names(seed: UInt64, count: Int) -> Set<[UInt8]> {
    var chance = SplitMix64(seed: seed)
    let alphabet: [UInt8] = [0x41, 0x42, 0x7F, 0x80, 0xC3, 0xA9, 0xFF]
    var names: Set<[UInt8]> = []
    while names.count < count {
      let length = Int(chance.next() % 12)
      names.insert((0..<length).map { _ in alphabet[Int(chance.next() % UInt64(alphabet.count))] })
    }
    return names
  }

  @Test("has its members in the order of their bytes, and what is no UTF-8 apart", arguments: [1, 2, 3] as [UInt64])
  func order(seed: UInt64) throws {
    let scratch = try ScratchTree()
    let names = Self.names(seed: seed, count: 400)
    let parent = scratch.root + "/_asset_metadata"
    for name in names {
      let path = Array(parent.utf8) + Array("/asset_name=".utf8) + name + [0]
      #expect(
        path.withUnsafeBufferPointer { $0.withMemoryRebound(to: CChar.self) { mkdir($0.baseAddress!, 0o755) } } == 0)
    }
    let tree = try MetadataTree(root: scratch.root, metadataFolder: "_asset_metadata")
    let listing = try LocalSession(tree: tree, clock: tree.clock(probingIn: scratch.root)).listNames()

    let valid = names.filter { !$0.isEmpty && String(validating: $0, as: UTF8.self) != nil }
    #expect(listing.members.map { Array($0.utf8) } == valid.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(
      Set(listing.oddities.map(\.name)) == Set(names.subtracting(valid).map { Array("asset_name=".utf8) + $0 }))
    #expect(listing.oddities.allSatisfy { $0.kind == .invalidName })
  }
}
