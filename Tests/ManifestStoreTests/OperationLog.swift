/// A change of the tree, or a call that puts something on the disk; paths are relative to the storage root.
enum Operation: Sendable, Hashable {
  case makeFolder(String)
  case create(String)
  case write(String, [UInt8])
  case rename(String, to: String)
  case remove(String)
  case synchronize(String)
  case synchronizeAll

  var isSynchronizing: Bool {
    switch self {
    case .synchronize, .synchronizeAll: true
    default: false
    }
  }
}

/// A disk that keeps only what it was told to put there, and of the rest whatever it likes.
///
/// Every change stays open until a call puts it on the disk: the contents of a file with the file, an entry with the
/// folder that it is in. A power failure keeps any choice of what is open, in no order: more than any real file system
/// does (the abstract model of ALICE, OSDI '14).
struct ForgetfulDisk {
  private typealias Inode = Int
  private enum Change {
    case entry(folder: Inode, name: String, inode: Inode?)
    case move(folder: Inode, name: String, newFolder: Inode, newName: String, inode: Inode)
    case contents(Inode, [UInt8])
  }

  private static let root = 0
  private var count = 1
  /// As programs see it while the power is on.
  private var live: [Inode: [String: Inode]] = [root: [:]]
  private var written: [Inode: [UInt8]] = [:]
  private var durable: [Change] = []
  private var open: [Change] = []

  /// How many changes a power failure may or may not keep.
  var openCount: Int { open.count }

  mutating func apply(_ operation: Operation) {
    switch operation {
    case .makeFolder(let path):
      let (folder, name) = place(path)
      live[count] = [:]
      add(folder, name)
    case .create(let path):
      let (folder, name) = place(path)
      add(folder, name)
    case .write(let path, let bytes):
      let inode = inode(path)!
      written[inode, default: []] += bytes
      open.removeAll { if case .contents(inode, _) = $0 { true } else { false } }
      open.append(.contents(inode, written[inode]!))
    case .rename(let path, let newPath):
      let (folder, name) = place(path)
      let (newFolder, newName) = place(newPath)
      let inode = live[folder]![name]!
      live[folder]![name] = nil
      live[newFolder]![newName] = inode
      open.append(.move(folder: folder, name: name, newFolder: newFolder, newName: newName, inode: inode))
    case .remove(let path):
      let (folder, name) = place(path)
      live[folder]![name] = nil
      open.append(.entry(folder: folder, name: name, inode: nil))
    case .synchronize(let path):
      keep(inode(path)!)
    case .synchronizeAll:
      durable += open
      open = []
    }
  }

  private mutating func add(_ folder: Inode, _ name: String) {
    live[folder]![name] = count
    open.append(.entry(folder: folder, name: name, inode: count))
    count += 1
  }

  private mutating func keep(_ subject: Inode) {
    func isKept(_ change: Change) -> Bool {
      switch change {
      case .entry(let folder, _, _): folder == subject
      case .move(_, _, let newFolder, _, _): newFolder == subject
      case .contents(let inode, _): inode == subject
      }
    }
    durable += open.filter(isKept)
    open.removeAll(where: isKept)
  }

  private func place(_ path: String) -> (folder: Inode, name: String) {
    let components = path.split(separator: "/").map(String.init)
    return (inode(components.dropLast().joined(separator: "/"))!, components.last!)
  }

  private func inode(_ path: String) -> Inode? {
    path.split(separator: "/").reduce(Self.root) { inode, name in inode.flatMap { live[$0]?[String(name)] } }
  }

  /// The files that are found after a power failure, with their contents.
  ///
  /// - Parameters:
  ///   - withFolders: whether empty folders are told of as well, by paths that end with a slash.
  ///   - isKept: whether the open change of this number reached the disk.
  func files(withFolders: Bool = false, keeping isKept: (Int) -> Bool) -> [String: [UInt8]] {
    var folders: [Inode: [String: Inode]] = [:]
    var contents: [Inode: [UInt8]] = [:]
    for change in durable + open.enumerated().filter({ isKept($0.offset) }).map(\.element) {
      switch change {
      case .entry(let folder, let name, let inode): folders[folder, default: [:]][name] = inode
      case .move(let folder, let name, let newFolder, let newName, let inode):
        if folders[folder]?[name] == inode { folders[folder]![name] = nil }
        folders[newFolder, default: [:]][newName] = inode
      case .contents(let inode, let bytes): contents[inode] = bytes
      }
    }
    var result: [String: [UInt8]] = [:]
    func walk(_ folder: Inode, _ path: String) {
      for (name, inode) in folders[folder] ?? [:] {
        let child = path.isEmpty ? name : "\(path)/\(name)"
        if live[inode] == nil {
          result[child] = contents[inode] ?? []
        } else {
          if withFolders, folders[inode]?.isEmpty ?? true { result[child + "/"] = [] }
          walk(inode, child)
        }
      }
    }
    walk(Self.root, "")
    return result
  }
}
