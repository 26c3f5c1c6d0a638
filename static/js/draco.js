/** Draco in the page itself: three's decoder as WebAssembly, from our own folder, without a worker. */

import program from "draco3dgltf/draco_decoder_gltf.wasm";
import start from "draco3dgltf/draco_decoder_gltf_nodejs.js";
import { BufferAttribute, BufferGeometry } from "three";

/** @type {Promise<any> | undefined} */
let decoder;

const ready = () => {
  decoder ??= fetch(new URL(program, import.meta.url))
    .then((answer) => answer.arrayBuffer())
    .then((wasmBinary) => new Promise((done) => start({ wasmBinary, onModuleLoaded: (it) => done({ it }) })))
    .then(({ it }) => it);
  return decoder;
};

/**
 * What GLTFLoader asks of a DRACOLoader. Triangles keep the order in which they are stored.
 * @type {any}
 */
export const draco = {
  preload: ready,
  /**
   * @param {ArrayBuffer} buffer
   * @param {(geometry: BufferGeometry) => void} done
   * @param {Record<string, number>} ids
   * @param {Record<string, string>} _types
   * @param {string} _space
   * @param {(error: unknown) => void} fail
   */
  decodeDracoFile(buffer, done, ids, _types, _space, fail) {
    ready()
      .then((it) => decode(it, new Int8Array(buffer), ids))
      .then(done, fail);
  },
};

/**
 * @param {any} it the decoder
 * @param {Int8Array} bytes
 * @param {Record<string, number>} ids of the attributes, each of floats
 */
function decode(it, bytes, ids) {
  const reader = new it.Decoder();
  const mesh = new it.Mesh();
  try {
    const status = reader.DecodeArrayToMesh(bytes, bytes.byteLength, mesh);
    if (!status.ok() || !mesh.ptr) throw new Error(status.error_msg());
    const geometry = new BufferGeometry();
    const corners = mesh.num_faces() * 3;
    geometry.setIndex(
      new BufferAttribute(
        copied(it, Uint32Array, corners, (size, at) => reader.GetTrianglesUInt32Array(mesh, size, at)),
        1,
      ),
    );
    for (const [name, id] of Object.entries(ids)) {
      const attribute = reader.GetAttributeByUniqueId(mesh, id);
      const width = attribute.num_components();
      const values = copied(it, Float32Array, mesh.num_points() * width, (size, at) =>
        reader.GetAttributeDataArrayForAllPoints(mesh, attribute, it.DT_FLOAT32, size, at),
      );
      geometry.setAttribute(name, new BufferAttribute(values, width));
    }
    return geometry;
  } finally {
    it.destroy(mesh);
    it.destroy(reader);
  }
}

/**
 * @template {Uint32Array | Float32Array} T
 * @param {any} it
 * @param {new (buffer: ArrayBuffer, at: number, count: number) => T} Kind
 * @param {number} count
 * @param {(size: number, at: number) => void} fill
 * @returns {T}
 */
function copied(it, Kind, count, fill) {
  const at = it._malloc(count * 4);
  try {
    fill(count * 4, at);
    return /** @type {T} */ (new Kind(it.HEAPF32.buffer, at, count).slice());
  } finally {
    it._free(at);
  }
}
