internal import Glibc
internal import ManifestModel
internal import ObjectStorage
internal import StoredTree

/// Takes a listing in, in whatever order it comes, so that it can be read name by name.
///
/// Memory holds the names and where what belongs to each lies; a million names take as much as those of a file system's
/// tree do. What is known of the objects goes into a file without a name once it is much.
struct ListingSpool: ~Copyable {
  /// Bytes that are held before they go to the file: a listing of some ten thousand objects needs no file.
  static let capacity = 4 << 20

  private let folder: String
  private var file: SpoolFile?
  private var pending: [UInt8] = []
  private var written: Int64 = 0
  private var extents: [Extent] = []
  private var nameBytes: [UInt8] = []
  private var oddNames: Set<[UInt8]> = []

  /// Some objects of one name that came one after the other.
  fileprivate struct Extent {
    var nameStart: Int
    var nameCount: Int
    var offset: Int64
    var count: Int
  }

  /// - Parameter folder: where to put the file, if there may be one.
  init(in folder: String) {
    self.folder = folder
  }

  /// - Parameter start: where the metadata folder and its slash end in a key.
  mutating func append(_ facts: ObjectFacts, below start: Int) throws(StoreError) {
    guard let member = ObjectKey.member(facts.key, from: start) else { return }
    guard member.kind != .oddName else {
      oddNames.insert(Array(member.name))
      return
    }
    begin(member.name)
    ListedObject(member, facts).append(to: &pending)
    extents[extents.count - 1].count = Int(written + Int64(pending.count) - extents[extents.count - 1].offset)
    if pending.count >= Self.capacity { try flush() }
  }

  /// Makes sure that the last extent is one of a name.
  private mutating func begin(_ name: ArraySlice<UInt8>) {
    if let last = extents.last, nameBytes[last.nameStart..<last.nameStart + last.nameCount].elementsEqual(name) {
      return
    }
    extents.append(
      Extent(nameStart: nameBytes.count, nameCount: name.count, offset: written + Int64(pending.count), count: 0))
    nameBytes += name
  }

  private mutating func flush() throws(StoreError) {
    if file == nil { file = try SpoolFile(in: folder) }
    try file!.append(pending)
    written += Int64(pending.count)
    pending.removeAll(keepingCapacity: true)
  }

  // MARK: While it grows

  /// How many times objects of a name came one after the other. Those of the last time may go on.
  var extentCount: Int { extents.count }

  /// The name of an extent.
  func name(ofExtent index: Int) -> String {
    let extent = extents[index]
    return String(decoding: nameBytes[extent.nameStart..<extent.nameStart + extent.nameCount], as: UTF8.self)
  }

  /// Where an extent begins; where the next one will, for the number after the last.
  func offset(ofExtent index: Int) -> Int64 {
    index < extents.count ? extents[index].offset : written + Int64(pending.count)
  }

  /// What came in an extent: some of it may be in the file.
  func content(ofExtent index: Int) -> (file: SpoolFile?, offset: Int64, inFile: Int, rest: [UInt8]) {
    let extent = extents[index]
    let inFile = max(0, min(extent.count, Int(written - extent.offset)))
    // Where all of it is in the file, that is before what is held here.
    let start = max(0, Int(extent.offset + Int64(inFile) - written))
    return (file, extent.offset, inFile, Array(pending[start..<start + extent.count - inFile]))
  }

  /// Ends the listing.
  consuming func finish() throws(StoreError) -> Listing {
    if file != nil { try flush() }
    let bytes = nameBytes
    extents.sort { left, right in
      let order = bytes.withUnsafeBytes { base in
        memcmp(
          base.baseAddress! + left.nameStart, base.baseAddress! + right.nameStart, min(left.nameCount, right.nameCount))
      }
      if order != 0 { return order < 0 }
      return left.nameCount == right.nameCount ? left.offset < right.offset : left.nameCount < right.nameCount
    }
    var names = NameList()
    var first: [Int] = []
    for (index, extent) in extents.enumerated() {
      let name = bytes[extent.nameStart..<extent.nameStart + extent.nameCount]
      if index > 0 {
        let former = extents[index - 1]
        if bytes[former.nameStart..<former.nameStart + former.nameCount].elementsEqual(name) { continue }
      }
      first.append(index)
      name.withUnsafeBytes { _ = names.append($0) }
    }
    return Listing(
      names: names, oddities: oddNames.sorted { $0.lexicographicallyPrecedes($1) }.map { TreeOddity(folder: $0) },
      first: first, extents: extents.map { ($0.offset, $0.count) }, file: file, bytes: pending)
  }
}

/// A whole listing, to be read name by name, by any thread.
final class Listing: Sendable {
  /// In the order of their bytes.
  let names: NameList
  /// Folders that look like names and are none.
  let oddities: [TreeOddity]
  /// Where the extents of each name begin among all.
  private let first: [Int]
  private let extents: [(offset: Int64, count: Int)]
  private let file: SpoolFile?
  private let bytes: [UInt8]

  init(
    names: NameList, oddities: [TreeOddity], first: [Int], extents: [(offset: Int64, count: Int)], file: SpoolFile?,
    bytes: [UInt8]
  ) {
    self.names = names
    self.oddities = oddities
    self.first = first
    self.extents = extents
    self.file = file
    self.bytes = bytes
  }

  /// What has come that was not read while the listing was made.
  ///
  /// - Parameter offset: where what was not read begins.
  /// - Returns: the names of which nothing was read, and those of which a part was.
  func rest(from offset: Int64) -> (unread: NameList, grown: [String]) {
    var unread = NameList()
    var grown: [String] = []
    for place in names.indices {
      let end = place + 1 < first.count ? first[place + 1] : extents.count
      guard extents[end - 1].offset >= offset else { continue }
      // Those of a name are in the order in which they came.
      if extents[first[place]].offset < offset {
        grown.append(names[place])
      } else {
        Array(names[place].utf8).withUnsafeBytes { _ = unread.append($0) }
      }
    }
    return (unread, grown)
  }

  /// What was listed of a name; empty where nothing was.
  func assets(of name: String) throws(StoreError) -> [ListedAsset] {
    guard let place = names.place(of: name) else { return [] }
    let end = place + 1 < first.count ? first[place + 1] : extents.count
    var objects: [ListedObject] = []
    for extent in extents[first[place]..<end] {
      if let file {
        ListedObject.read(try file.read(extent.count, at: extent.offset)[...], into: &objects)
      } else {
        ListedObject.read(bytes[Int(extent.offset)..<Int(extent.offset) + extent.count], into: &objects)
      }
    }
    return ListedAsset.gather(objects)
  }
}

extension NameList {
  /// Where a name is in a list that is in the order of its bytes.
  fileprivate func place(of name: String) -> Int? {
    let place = partitioningIndex { !$0.precedesInBytes(name) }
    return place < endIndex && self[place].hasSameBytes(as: name) ? place : nil
  }
}

extension TreeOddity {
  /// A folder that begins as one of the catalog's does, and cannot be one.
  init(folder: [UInt8]) {
    let value = folder.drop { $0 != UInt8(ascii: "=") }.dropFirst()
    let message =
      if value.isEmpty {
        "The name is empty."
      } else if value.contains(0) {
        "The name holds a NUL."
      } else if value.allSatisfy({ $0 == UInt8(ascii: ".") }) {
        "The name stands for another folder."
      } else {
        "The name is not UTF-8."
      }
    self.init(name: folder, kind: .invalidName, message: message)
  }
}
