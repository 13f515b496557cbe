# the guest that comes with the package; --echo answers its host calls
npx wapc-host run node_modules/wapc-host/dist/hello.wasm hello 'waPC!' --echo

# what a guest is
npx wapc-host inspect node_modules/wapc-host/dist/hello.wasm

# a guest of your own, with a test
npx wapc-host init rust my-guest
