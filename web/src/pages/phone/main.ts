import '../../ui/theme.css';
import '../../ui/phone.css';
import { mount } from 'svelte';
import { keepOn } from '../../api/client';
import { shelf } from '../../outbox/shelf';
import PhonePage from './PhonePage.svelte';

keepOn(shelf);
const target = document.getElementById('page');
if (target) mount(PhonePage, { target });
// Where there is no TLS there is none: the page works, as long as there is a network.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/phone.js', { scope: '/phone' }).catch(() => undefined);
