// Assigns every type of the contract to the package's and back. The test is that this compiles.

import type * as Contract from './api.d.ts';
import type * as Ours from '../../dist/index.js';

/** The members of a class: classes with private constructors differ by their declaration. */
type Shape<T> = { [Key in keyof T]: T[Key] };

/** Fails to compile unless each of the two can stand for the other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

type ParametersOf<F> = F extends (...args: infer P) => unknown ? P : never;

export type Checked = [
  Same<Contract.Payload, Ours.Payload>,
  Same<Contract.HostCallContext, Ours.HostCallContext>,
  Same<Contract.HostCall, Ours.HostCall>,
  Same<Contract.WasiOptions, Ours.WasiOptions>,
  Same<Contract.DirectoryTree, Ours.DirectoryTree>,
  Same<Contract.HostOptions, Ours.HostOptions>,
  Same<Contract.Limits, Ours.Limits>,
  Same<Contract.InvokeOptions, Ours.InvokeOptions>,
  Same<Contract.ReplaceOptions, Ours.ReplaceOptions>,
  Same<Contract.ModuleInfo, Ours.ModuleInfo>,
  Same<Contract.GuestSource, Ours.GuestSource>,
  Same<Contract.WapcErrorCode, Ours.WapcErrorCode>,
  Same<Shape<Contract.WapcError>, Shape<Ours.WapcError>>,
  Same<Shape<Omit<Contract.WapcHost, 'replace'>>, Shape<Omit<Ours.WapcHost, 'replace'>>>,
  Same<Shape<Omit<Contract.WapcModule, 'instantiate'>>, Shape<Omit<Ours.WapcModule, 'instantiate'>>>,
  Same<ParametersOf<Contract.WapcModule['instantiate']>, ParametersOf<Ours.WapcModule['instantiate']>>,
  Same<Contract.PoolOptions, Ours.PoolOptions>,
  Same<Contract.PooledHost, Ours.PooledHost>,
  Same<Shape<Contract.WapcPool>, Shape<Ours.WapcPool>>,
  Same<ParametersOf<typeof Contract.WapcPool.create>, ParametersOf<typeof Ours.WapcPool.create>>,
  Same<ParametersOf<typeof Contract.WapcModule.compile>, ParametersOf<typeof Ours.WapcModule.compile>>,
];
