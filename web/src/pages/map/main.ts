import '../../ui/theme.css';
import { mount } from 'svelte';
import MapPage from './MapPage.svelte';

const target = document.getElementById('page');
if (target) mount(MapPage, { target });
