// Assigns every type of the contract to the package's and back. The test is that this compiles.

import type * as ContractOfObserve from './api-observe.d.ts';
import type * as Contract from './api.d.ts';
import type * as Ours from 'wapc-host';
import type * as OurObserve from 'wapc-host/observe';

/** The members of a class: classes with private constructors differ by their declaration. */
type Shape<T> = { [Key in keyof T]: T[Key] };

/** Fails to compile unless each of the two can stand for the other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

/** Fails to compile unless what the package hands out, which may offer more, can stand for what the contract has. */
type Fits<A, B extends A> = [A, B];

/** Fails to compile unless the package has all members of the contract: the others take no notice of an optional one that is missing. */
type HasAll<A, B extends Required<A>> = [A, B];

type ParametersOf<F> = F extends (...args: infer P) => unknown ? P : never;

export type Checked = [
  Same<Contract.Payload, Ours.Payload>,
  Same<Contract.Bytes, Ours.Bytes>,
  Same<Contract.HostCallContext, Ours.HostCallContext>,
  Same<Contract.HostCall, Ours.HostCall>,
  Same<Contract.Invocable, Ours.Invocable>,
  Same<Contract.Call, Ours.Call>,
  Same<Contract.Operation, Ours.Operation>,
  Same<Contract.Routes, Ours.Routes>,
  Same<Contract.Codec, Ours.Codec>,
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
  Fits<Shape<Contract.WapcHost>, Shape<Ours.WapcHost>>,
  Fits<Shape<Contract.WapcModule>, Shape<Ours.WapcModule>>,
  Same<Contract.PoolOptions, Ours.PoolOptions>,
  Same<Contract.PooledHost, Ours.PooledHost>,
  Fits<Shape<Contract.WapcPool>, Shape<Ours.WapcPool>>,
  Same<ReturnType<typeof Contract.features>, ReturnType<typeof Ours.features>>,
  Same<typeof Contract.typed, typeof Ours.typed>,
  Fits<typeof ContractOfObserve, typeof OurObserve>,
  Fits<ContractOfObserve.WorkEvent, OurObserve.WorkEvent>,
  Fits<ContractOfObserve.PoolEvent, OurObserve.PoolEvent>,
];

export type CheckedMembers = [
  HasAll<Contract.WasiOptions, Required<Ours.WasiOptions>>,
  HasAll<Contract.HostOptions, Required<Ours.HostOptions>>,
  HasAll<Contract.PoolOptions, Required<Ours.PoolOptions>>,
  HasAll<Contract.Limits, Required<Ours.Limits>>,
  HasAll<Contract.InvokeOptions, Required<Ours.InvokeOptions>>,
  HasAll<Contract.ReplaceOptions, Required<Ours.ReplaceOptions>>,
  HasAll<Shape<Contract.WapcError>, Required<Shape<Ours.WapcError>>>,
  HasAll<ContractOfObserve.WorkEvent, Required<OurObserve.WorkEvent>>,
  HasAll<ContractOfObserve.PoolEvent, Required<OurObserve.PoolEvent>>,
];

/** The parameters of methods, which are compared apart: as part of a class they may be wider or narrower. */
export type CheckedParameters = [
  Same<ParametersOf<typeof Contract.WapcModule.compile>, ParametersOf<typeof Ours.WapcModule.compile>>,
  Same<ParametersOf<Contract.WapcModule['instantiate']>, ParametersOf<Ours.WapcModule['instantiate']>>,
  Same<ParametersOf<Contract.WapcHost['invoke']>, ParametersOf<Ours.WapcHost['invoke']>>,
  Same<ParametersOf<Contract.WapcHost['invokeSync']>, ParametersOf<Ours.WapcHost['invokeSync']>>,
  Same<ParametersOf<Contract.WapcHost['call']>, ParametersOf<Ours.WapcHost['call']>>,
  Same<ParametersOf<Contract.WapcPool['call']>, ParametersOf<Ours.WapcPool['call']>>,
  Same<Parameters<Contract.WapcHost['replace']>[1], Parameters<Ours.WapcHost['replace']>[1]>,
  Same<ParametersOf<Contract.WapcPool['invoke']>, ParametersOf<Ours.WapcPool['invoke']>>,
  Same<Parameters<Contract.WapcPool['replace']>[1], Parameters<Ours.WapcPool['replace']>[1]>,
  Same<ParametersOf<Contract.WapcPool['get']>, ParametersOf<Ours.WapcPool['get']>>,
  Same<ParametersOf<Contract.WapcPool['return']>, ParametersOf<Ours.WapcPool['return']>>,
];
