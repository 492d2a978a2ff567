import CatalogTestSupport
import LinuxSystem
import Testing

@Suite("Who may read all of several files")
struct ReadershipTests {
  private struct Seen {
    var mode: UInt32
    var group: UInt32
    var isFolder: Bool

    /// Whether one who is not the owner, and a member of these groups, may read it.
    func isReadable(toMembersOf groups: Set<UInt32>) -> Bool {
      let wanted: UInt32 = isFolder ? 0o5 : 0o4
      return (groups.contains(group) ? mode >> 3 : mode) & wanted == wanted
    }
  }

  @Test("Nobody may read the index who may not read each of them, and everybody may if all may", arguments: 0..<200)
  func none(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let seen = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      Seen(
        mode: [0o644, 0o640, 0o600, 0o755, 0o750, 0o700, 0o711, 0o604, 0o664, 0o705].randomElement(using: &random)!,
        group: [1, 2].randomElement(using: &random)!, isFolder: Bool.random(using: &random))
    }
    var (whole, first, second) = (Readership(), Readership(), Readership())
    for (number, file) in seen.enumerated() {
      whole.meet(mode: file.mode, group: file.group, isFolder: file.isFolder)
      if number % 2 == 0 {
        first.meet(mode: file.mode, group: file.group, isFolder: file.isFolder)
      } else {
        second.meet(mode: file.mode, group: file.group, isFolder: file.isFolder)
      }
    }
    first.meet(second)
    #expect(first == whole, "\(seen)")
    for group: UInt32 in [1, 2, 3] {
      let index = Seen(mode: 0o777 & whole.bits(ofFileOfGroup: group), group: group, isFolder: false)
      for groups: Set<UInt32> in [[], [1], [2], [3], [1, 2]] where index.isReadable(toMembersOf: groups) {
        #expect(seen.allSatisfy { $0.isReadable(toMembersOf: groups) }, "\(seen) \(group) \(groups)")
      }
    }
    if seen.allSatisfy({ $0.mode & 0o55 == 0o55 || !$0.isFolder && $0.mode & 0o44 == 0o44 }) {
      #expect(whole.isEverybody)
    }
  }
}
